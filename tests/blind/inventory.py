"""Every route of the product by who may open it; CI fails where a route is not here, so nobody adds one unseen.

Whoever adds a route asks first what it tells a rep about leads that wait in a blind pool, and then places it.
The admin's own routes are not listed: all of them send a rep to the admin's sign-in.
"""

# A rep opens them by GET, each about the rep's own: leads owned, what the group made public, settings of theirs.
REP = """
    account_reauthenticate mfa_index security
    add-lead how-shared leads leads-csv leads-sent my-availability my-fair-share-csv my-leads my-mails my-numbers
    my-offers my-returns my-turn nav-counts pool rules unfair password_change password_change_done telling told
    leads-views leads-view-new how-shared-version rules-set rules-version shared-draft
    api:lead-list api:offers
"""
# A rep posts to them; of a lead that is not theirs they know nothing.
REP_ACTS = """
    mfa_activate_totp mfa_deactivate_totp mfa_generate_recovery_codes mfa_reauthenticate mfa_view_recovery_codes
    session-end sessions-end
    how-shared-comment shared-draft-comment leads-view leads-view-change leads-view-remove
    duty-switch lead-give-on lead-log lead-note lead-return lead-stage lead-take-back lead-touch my-leads-bulk
    my-mail-ignore my-mail-log my-mails-renew
    offer-accept offer-decline pool-claim pool-pull pool-put-back slack-code slack-part step-done
    telling-add telling-browser telling-morning telling-news telling-remove telling-sound telling-test
    telling-test-email telling-switch slack-secret
    api:lead-bulk api:offer-accept api:offer-decline
"""
# Pages and fragments of one lead: those who may read it, anybody else is told it is not there.
OF_A_LEAD = "lead-more lead-show lead-why api:lead-self api:lead-timeline api:lead-why"
# Managers, ops and machines with a key; a rep is refused, or told that nothing is there.
NOT_REPS = """
    invitation-again invitation-withdraw invitations
    how-shared-link how-shared-why question-answer questions
    rules-share shared-draft-take-back team-group team-group-new team-groups
    assignment-log assignment-log-csv in-out in-out-csv by-hand by-hand-quiet by-hand-rule desk-take-back worth-it
    figure figures figures-csv api:report-figures
    hook hook-again hook-deliveries hook-delivery hook-edit hook-new hook-remove hook-rotate hook-switch hook-test hooks
    api:hook api:hook-events api:hook-samples api:hooks api:key
    board changes changes-csv demo connection connection-address connection-edit connection-look connection-mapping
    connection-new
    connection-shelf connection-switch connection-template connection-test connections deliveries deliveries-again
    delivery form-copy form-edit form-ending form-ending-new form-endings form-first-reply form-held form-held-take
    form-held-throw group-first-reply
    form-item form-item-add form-item-move form-item-remove form-new form-settings form-switch forms import
    leaderboard leaderboard-csv leaderboard-leads leaderboard-leads-csv leaderboard-target
    weights weights-apply weights-dismiss weights-propose weights-settle weights-undo
    health import-cancel import-columns import-export import-go-on import-new import-progress import-refused imports
    proposal-answer proposals lead-assign lead-merge leads-acts lead-reject lead-revive lead-unmerge
    rep-availability rep-fair-share rep-leave rep-report rep-report-csv reports reports-by-mail reports-csv
    pausing rules-again
    rules-begin rules-compare rules-draft rules-duplicate rules-go-back rules-keep rules-look
    rules-order rules-publish rules-remove rules-restore rules-rule rules-simulate rules-try
    settings settings-currency settings-logo settings-logo-remove settings-rate-add settings-rate-remove settings-save
    return-rates return-rule returns simulation simulation-cancel start start-team start-test test-delete tests-clear
    to-assign team team-add team-limit team-member team-skill team-skills team-week territories territory
    territory-new work-plan work-plans
    api:leads-assign api:leads-priority api:leads-unassign api:rep-leave api:rep-leave-preview api:routing-again
    api:routing-again-preview api:routing-pauses api:routing-resume api:routing-resume-preview api:rule-set-check
    api:rule-set-compare api:rule-set-draft api:rule-set-example api:rule-set-examples api:rule-set-go-back
    api:rule-set-publish api:rule-set-try api:rule-set-version api:rule-set-versions api:rule-sets api:simulation
    api:simulation-cancel api:simulation-moves api:simulations
"""
# Open to anybody by their nature: sign-in, health, forms people fill, senders with an address or a signature.
ANYBODY = """
    brand-logo brand-style
    sso sso-back admin-login invitation account_login account_logout mfa_authenticate
    calendar-feed form-page form-part healthz home how-public inbound login logout password_reset
    password_reset_complete
    password_reset_confirm password_reset_done pulse push-worker readyz slack-actions
"""


def listed():
    """All names, each once."""
    names = f"{REP} {REP_ACTS} {OF_A_LEAD} {NOT_REPS} {ANYBODY}".split()
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"listed twice: {twice}"
    return set(names)
