"""Every text and json column, told apart: what speaks of a person, and what does not; a new column must be placed."""

# What is erased or pseudonymised on request, hidden from strangers, and kept out of logs.
PERSONAL = {
    "leads.Contact": "name",
    "leads.ContactKey": "value",
    "leads.Delivery": "error tried",  # a mail server's refusal cites the address
    "leads.IdempotencyKey": "answer",
    "leads.Inbound": "body delivery_id error headers url",
    "leads.Intake": "body error external_id",
    "leads.Lead": "error external_id",  # an error may cite what was entered
    "leads.LeadEventPrivate": "payload",
    "leads.SentReply": "answers subject text to",
    "leads.Task": "text",
    "leads.EnrichmentAnswer": "about found",
    "leads.LeadFacts": "facts folded judged",
    "leads.LeadPrivate": "name job_title email phone phone_e164 company domain website profile_url handle tracking "
    "language city postal_code time_zone segment product deal_currency message answers attributes",
    "reps.Division": "test_inbox",
    "reps.CalendarAddress": "digest sealed",
    "reps.CalendarFeed": "digest error etag modified sealed shown words",
    "reps.Endpoint": "digest error label sealed shown",
    "reps.Listener": "slack_code slack_member slack_team",
    "reps.Rep": "booking_url time_zone country subdivision",
    "reps.TimeOff": "kind",  # sick leave
    "reps.User": "email name password time_zone",
    "routing.FileImport": "checked error file_name header",  # problems cite what stood in a cell
    "routing.Proposal": "why",
    "routing.Return": "note",
    "routing.SavedExample": "facts",  # made from a real lead
}

NOT_PERSONAL = {
    "leads.Account": "domain external_id name name_key segment tier",
    "leads.ApiKey": "digest name prefix scopes",
    "leads.Attribute": "key label options question type",
    "leads.CompanyRecord": "attributes city country domain industry name postal_code region segment",
    "leads.Connection": "address_digest campaign channel intent kind mapping name places_seen secret settings source",
    "leads.ContactKey": "kind",
    "leads.Delivery": "channel event payload ref why",
    "leads.Export": "what",
    "leads.FirstReply": "subject text when",
    "leads.FollowUpStep": "kind text",
    "leads.FormAnswer": "label reason verdict",
    "leads.FormEnding": "redirect_url text title when",
    "leads.FormItem": "choices help key kind label",
    "leads.IdempotencyKey": "body_hash key route",
    "leads.Inbound": "method state",
    "leads.Intake": "outcome",
    "leads.Lead": "account_how campaign channel country industry intent kind lost_reason reason region size_band "
    "source state won_currency",
    "leads.LeadEvent": "kind payload",
    "leads.Mailbox": "error place to_mark",
    "leads.QualificationRule": "condition name reason verdict",
    "leads.ScoreRow": "condition label",
    "leads.Stage": "key metric name",
    "leads.Task": "kind source why",
    "leads.Touch": "kind outcome",
    "leads.WorkPlan": "give_on",
    "leads.WebForm": "consent intro origins submit_label title",
    "reporting.AlertState": "cut metric state",
    "reporting.Rollup": "answer cut metric",
    "reporting.Target": "metric",
    "reporting.WeightProposal": "weights",
    "reps.Division": "base_currency default_country hand_channels name time_zone",
    "reps.CalendarFeed": "busy",
    "reps.Endpoint": "channel",
    "reps.Group": "clock escalation name on_return pool public_fields steps visibility when_away",
    "reps.Pause": "why",
    "reps.Preference": "channels kind quiet_days",
    "reps.Skill": "kind value",
    "reps.Switchboard": "channels_off push_key slack_secret",
    "reps.Territory": "market name",
    "routing.Act": "asked kind result why",
    "routing.Assignment": "end how",
    "routing.Band": "condition name",
    "routing.Decision": "outcome prints reason record rule rule_name",
    "routing.FileImport": "counts kind mapping options sha256 status",
    "routing.LedgerEntry": "kind reps weights",
    "routing.Merge": "keys reason state",
    "routing.Offer": "answer",
    "routing.Proposal": "answer",
    "routing.Return": "reason ruling",
    "routing.RosterPrint": "body digest",
    "routing.RoutingPause": "why",
    "routing.Rule": "away clock condition escalation name otherwise reject_reason steps to",
    "routing.RuleSet": "name note runs_on",
    "routing.RuleSetVersion": "attributes body comment overridden words",
    "routing.SavedExample": "expected name",
    "routing.Simulation": "body error kind options result status",
    "routing.Timer": "kind",
}


def named(table: dict[str, str]) -> set[str]:
    return {f"{model}.{column}" for model, columns in table.items() for column in columns.split()}
