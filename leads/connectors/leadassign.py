"""LeadAssign and Bluebird: leads that another lead distributor, or what fed it, passes on."""

from typing import ClassVar

from leads.connector import Example, Posted


class LeadAssign(Posted):
    """Takes leads from LeadAssign or Bluebird, for a change-over or beside them.

    Both take leads by mail and by form, and neither publishes what its web hook sends. So there are two ways:

    - **By mail.** Have the notification mails sent to a mailbox of ours, with the template *key: value lines*:
      `Name:`, `Email:`, `Phone:`, `Company:`, `Message:` are read by themselves (see *Mailboxes*).
    - **By web hook.** Add this connection, paste its address as the target, and send one lead. It is kept and shown;
      map its facts, then run it again. Tags or keywords that come as a list are kept as answers, for rules to ask
      after.

    Nothing is signed: keep the address secret, or set a key and have it sent as the header `X-Fairlead-Key`.
    """

    name = "leadassign"
    label = "LeadAssign / Bluebird"
    channel = "web hook"
    examples: ClassVar = (
        Example(
            name="a lead (a sample, the vendor publishes none)",
            body='{"lead": {"name": "Ann Bauer", "email": "ann.bauer@example.net", "phone": "+49 30 901820",'
            ' "tags": ["solar", "north"], "source": "Website", "comments": "Call after 4"}}',
            gives={
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "phone_e164": "+4930901820",
                "message": "Call after 4",
                "answers": {"tags": ["solar", "north"], "source": "Website"},
            },
        ),
    )


connector = LeadAssign()
