"""Draws every page with a fixed cast, so that it can be looked at and checked without a database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import set_urlconf
from django.utils import timezone

from reps.branding import Brand
from tests.face import (
    cast,
    cast_board,
    cast_byhand,
    cast_changes,
    cast_connections,
    cast_desk,
    cast_editor,
    cast_figures,
    cast_forms,
    cast_hooks,
    cast_hours,
    cast_imports,
    cast_leaderboard,
    cast_leads,
    cast_log,
    cast_mail,
    cast_ops,
    cast_pictures,
    cast_plain,
    cast_rep,
    cast_reports,
    cast_rules,
    cast_settings,
    cast_sharing,
    cast_sign_in,
    cast_start,
    cast_talk,
    cast_team,
    cast_telling,
    cast_weights,
    cast_work,
)

Page = tuple[str, Callable[[], dict[str, Any]], str]

# name of the picture -> template, what it is given, the reader's zone
PAGES: dict[str, Page] = {
    "sign-in-code": ("mfa/authenticate.html", cast_sign_in.code, "UTC"),
    "sign-in-again": ("account/reauthenticate.html", cast_sign_in.again, "UTC"),
    "factor": ("mfa/totp/activate_form.html", cast_sign_in.set_up, "UTC"),
    "recovery-codes": ("mfa/recovery_codes/index.html", cast_sign_in.codes, "UTC"),
    "security": ("reps/security.html", cast_sign_in.security, "UTC"),
    "invitations": ("reps/invitations.html", cast_sign_in.invitations, "UTC"),
    "invitation": ("reps/invitation.html", cast_sign_in.invitation, "UTC"),
    "changes": ("reporting/changes.html", cast_changes.changes, "Europe/Berlin"),
    "health": ("reporting/health.html", cast_ops.health, "Europe/Berlin"),
    "health-bad": ("reporting/health.html", cast_ops.health_bad, "Europe/Berlin"),
    "pausing": ("routing/pausing.html", cast_ops.pausing, "Europe/Berlin"),
    "route-again": ("routing/again.html", cast_ops.again, "Europe/Berlin"),
    "settings": ("routing/settings.html", cast_settings.page, "Europe/Berlin"),
    "settings-stale": ("routing/settings.html", cast_settings.stale, "Europe/Berlin"),
    "settings-currency": ("routing/settings_currency.html", cast_settings.currency, "Europe/Berlin"),
    "start": ("routing/start.html", cast_start.kinds, "Europe/Berlin"),
    "start-team": ("routing/start_team.html", cast_start.team, "Europe/Berlin"),
    "start-done": ("routing/start_done.html", cast_start.done, "Europe/Berlin"),
    "my-leads": ("leads/my_leads.html", cast_rep.my_leads, "Europe/Berlin"),
    "my-leads-offer": ("leads/my_leads.html", cast_rep.my_leads_offer, "Europe/Berlin"),
    "my-leads-empty": ("leads/my_leads.html", cast_rep.my_leads_empty, "Europe/Berlin"),
    "my-leads-due": ("leads/my_leads.html", cast_work.my_leads, "Europe/Berlin"),
    "log": ("leads/log.html", cast_work.log, "Europe/Berlin"),
    "log-wrong": ("leads/log.html", cast_work.log_wrong, "Europe/Berlin"),
    "lead-steps": ("leads/lead_show.html", cast_work.lead, "Europe/Berlin"),
    "copies": ("leads/copies.html", cast_mail.copies, "Europe/Berlin"),
    "copies-none": ("leads/copies.html", cast_mail.copies_none, "Europe/Berlin"),
    "copied-log": ("leads/copied_log.html", cast_mail.log, "Europe/Berlin"),
    "first-reply": ("leads/first_reply.html", cast_mail.first_reply, "Europe/Berlin"),
    "first-reply-form": ("leads/first_reply.html", cast_mail.first_reply_of_form, "Europe/Berlin"),
    "work-plans": ("routing/work_plans.html", cast_work.plans, "Europe/Berlin"),
    "work-plans-empty": ("routing/work_plans.html", cast_work.plans_none, "Europe/Berlin"),
    "proposals": ("routing/proposals.html", cast_work.proposed, "Europe/Berlin"),
    "proposals-empty": ("routing/proposals.html", cast_work.proposed_none, "Europe/Berlin"),
    "my-returns": ("routing/my_returns.html", cast_work.returned, "Europe/Berlin"),
    "my-returns-empty": ("routing/my_returns.html", cast_work.returned_none, "Europe/Berlin"),
    "give-on-gone": ("routing/give_on.html", cast_work.gone, "Europe/Berlin"),
    "lead": ("leads/lead_show.html", cast_rep.lead, "Europe/Berlin"),
    "lead-waiting": ("leads/lead_show.html", cast_rep.lead_waiting, "Europe/Berlin"),
    "lead-merged": ("leads/lead_show.html", cast_rep.lead_merged, "Europe/Berlin"),
    "add-lead": ("routing/add_lead.html", cast_byhand.add, "Europe/Berlin"),
    "add-lead-filled": ("routing/add_lead.html", cast_byhand.add_filled, "Europe/Berlin"),
    "add-lead-taken": ("routing/add_lead.html", cast_byhand.add_taken, "Europe/Berlin"),
    "add-lead-wrong": ("routing/add_lead.html", cast_byhand.add_wrong, "Europe/Berlin"),
    "leads-sent": ("routing/leads_sent.html", cast_byhand.sent, "Europe/Berlin"),
    "leads-sent-empty": ("routing/leads_sent.html", cast_byhand.sent_none, "Europe/Berlin"),
    "merge": ("routing/merge.html", cast_byhand.merge, "Europe/Berlin"),
    "merge-none": ("routing/merge.html", cast_byhand.merge_none, "Europe/Berlin"),
    "pool": ("routing/pool.html", cast_rep.pool, "Europe/Berlin"),
    "pool-faster": ("routing/pool.html", cast_rep.pool_faster, "Europe/Berlin"),
    "pool-open": ("routing/pool.html", cast_rep.pool_open, "Europe/Berlin"),
    "pool-empty": ("routing/pool.html", cast_rep.pool_empty, "Europe/Berlin"),
    "hours": ("routing/hours.html", cast_hours.hours, "Europe/Berlin"),
    "hours-wrong": ("routing/hours.html", cast_hours.hours_wrong, "Europe/Berlin"),
    "hours-of-rep": ("routing/hours.html", cast_hours.hours_of_rep, "America/Argentina/Buenos_Aires"),
    "board": ("reporting/board.html", cast_board.board, "Europe/Berlin"),
    "board-empty": ("reporting/board.html", cast_board.board_empty, "Europe/Berlin"),
    "leads": ("leads/lead_list.html", cast_desk.leads, "Europe/Berlin"),
    "leads-empty": ("leads/lead_list.html", cast_desk.leads_empty, "Europe/Berlin"),
    "leads-views": ("leads/views.html", cast_leads.views, "Europe/Berlin"),
    "leads-views-empty": ("leads/views.html", cast_leads.views_none, "Europe/Berlin"),
    "leads-view-new": ("leads/view_new.html", cast_leads.view_taken, "Europe/Berlin"),
    "leads-act": ("routing/lead_acts.html", cast_leads.hand_over, "Europe/Berlin"),
    "leads-act-seen": ("routing/lead_acts.html", cast_leads.release, "Europe/Berlin"),
    "returns": ("routing/returns.html", cast_desk.returns, "Europe/Berlin"),
    "to-assign": ("routing/to_assign.html", cast_desk.to_assign, "Europe/Berlin"),
    "to-assign-empty": ("routing/to_assign.html", cast_desk.to_assign_empty, "Europe/Berlin"),
    "by-hand": ("routing/by_hand.html", cast_desk.by_hand, "Europe/Berlin"),
    "by-hand-empty": ("routing/by_hand.html", cast_desk.by_hand_empty, "Europe/Berlin"),
    "figures": ("reporting/all_figures.html", cast_figures.all_figures, "Europe/Berlin"),
    "figure": ("reporting/one_figure.html", cast_figures.one_figure, "Europe/Berlin"),
    "worth-it": ("reporting/worth_it.html", cast_reports.worth_it, "Europe/Berlin"),
    "worth-it-early": ("reporting/worth_it.html", cast_reports.worth_it_early, "Europe/Berlin"),
    "rules": ("routing/rules.html", cast_rules.rules, "Europe/Berlin"),
    "rules-empty": ("routing/rules.html", cast_rules.rules_empty, "Europe/Berlin"),
    "draft": ("routing/draft.html", cast_editor.draft, "Europe/Berlin"),
    "draft-tried": ("routing/draft.html", cast_editor.tried, "Europe/Berlin"),
    "draft-open": ("routing/draft.html", cast_editor.opened, "Europe/Berlin"),
    "draft-wrong": ("routing/draft.html", cast_editor.opened_wrong, "Europe/Berlin"),
    "draft-stale": ("routing/draft.html", cast_editor.opened_stale, "Europe/Berlin"),
    "draft-new": ("routing/draft.html", cast_editor.new, "Europe/Berlin"),
    "draft-empty": ("routing/draft.html", cast_editor.empty, "Europe/Berlin"),
    "try": ("routing/try.html", cast_editor.tried, "Europe/Berlin"),
    "publish": ("routing/publish.html", cast_editor.publish, "Europe/Berlin"),
    "simulate": ("routing/simulate.html", cast_editor.simulate, "Europe/Berlin"),
    "simulation": ("routing/simulation.html", cast_editor.simulation, "Europe/Berlin"),
    "simulation-stopped": ("routing/simulation.html", cast_editor.simulation_running, "Europe/Berlin"),
    "simulation-beside": ("routing/simulation.html", cast_editor.simulation_beside, "Europe/Berlin"),
    "telling": ("reps/telling.html", cast_telling.telling, "Europe/Berlin"),
    "telling-wrong": ("reps/telling.html", cast_telling.telling_wrong, "Europe/Berlin"),
    "told": ("leads/told.html", cast_telling.told, "Europe/Berlin"),
    "compare": ("routing/compare.html", cast_rules.compare, "Europe/Berlin"),
    "compare-same": ("routing/compare.html", cast_rules.compare_same, "Europe/Berlin"),
    "leave": ("routing/leave.html", cast_rules.leave, "Europe/Berlin"),
    "leave-before": ("routing/leave.html", cast_rules.leave_before, "Europe/Berlin"),
    "imports": ("routing/imports.html", cast_imports.imports, "Europe/Berlin"),
    "imports-empty": ("routing/imports.html", cast_imports.imports_empty, "Europe/Berlin"),
    "import-new": ("routing/import_new.html", cast_imports.new, "Europe/Berlin"),
    "import-columns": ("routing/import_columns.html", cast_imports.columns, "Europe/Berlin"),
    "import-running": ("routing/import_show.html", cast_imports.running, "Europe/Berlin"),
    "import-done": ("routing/import_show.html", cast_imports.done, "Europe/Berlin"),
    "import-failed": ("routing/import_show.html", cast_imports.failed, "Europe/Berlin"),
    "reports": ("reporting/report_list.html", cast_reports.reports, "Europe/Berlin"),
    "weights": ("reporting/weights.html", cast_weights.weights, "Europe/Berlin"),
    "weights-off": ("reporting/weights.html", cast_weights.off, "Europe/Berlin"),
    "weights-stopped": ("reporting/weights.html", cast_weights.stopped, "Europe/Berlin"),
    "leaderboard": ("reporting/leaderboard.html", cast_leaderboard.leaderboard, "Europe/Berlin"),
    "leaderboard-targets": ("reporting/leaderboard.html", cast_leaderboard.targets, "Europe/Berlin"),
    "leaderboard-empty": ("reporting/leaderboard.html", cast_leaderboard.empty, "Europe/Berlin"),
    "leaderboard-leads": ("reporting/leaderboard_leads.html", cast_leaderboard.leads, "Europe/Berlin"),
    "rep-report": ("reporting/rep_report.html", cast_reports.rep_report, "Europe/Berlin"),
    "assignment-log": ("reporting/log.html", cast_log.log, "Europe/Berlin"),
    "in-out": ("reporting/in_out.html", cast_log.in_out, "Europe/Berlin"),
    "in-out-reps": ("reporting/in_out.html", cast_log.in_out_reps, "Europe/Berlin"),
    "assignment-log-empty": ("reporting/log.html", cast_log.log_empty, "Europe/Berlin"),
    "pictures": ("pictures.html", cast_pictures.typical, "Europe/Berlin"),
    "pictures-empty": ("pictures.html", cast_pictures.empty, "Europe/Berlin"),
    "pictures-tiny": ("pictures.html", cast_pictures.tiny, "Europe/Berlin"),
    "pictures-crowded": ("pictures.html", cast_pictures.crowded, "Europe/Berlin"),
    "connections": ("leads/connection_list.html", cast_connections.listed, "Europe/Berlin"),
    "connections-empty": ("leads/connection_list.html", cast_connections.none_yet, "Europe/Berlin"),
    "connection-shelf": ("leads/connection_shelf.html", cast_connections.shelf, "Europe/Berlin"),
    "connection-new": ("leads/connection_edit.html", cast_connections.new, "Europe/Berlin"),
    "connection": ("leads/connection_show.html", cast_connections.show, "Europe/Berlin"),
    "connection-sealed": ("leads/connection_show.html", cast_connections.sealed, "Europe/Berlin"),
    "deliveries": ("leads/delivery_list.html", cast_connections.deliveries, "Europe/Berlin"),
    "delivery": ("leads/delivery_show.html", cast_connections.delivery, "Europe/Berlin"),
    "hooks": ("leads/hook_list.html", cast_hooks.listed, "Europe/Berlin"),
    "hooks-empty": ("leads/hook_list.html", cast_hooks.none_yet, "Europe/Berlin"),
    "hook": ("leads/hook_show.html", cast_hooks.show, "Europe/Berlin"),
    "hook-off": ("leads/hook_show.html", cast_hooks.off, "Europe/Berlin"),
    "hook-new": ("leads/hook_edit.html", cast_hooks.new, "Europe/Berlin"),
    "hook-edit": ("leads/hook_edit.html", cast_hooks.edit, "Europe/Berlin"),
    "hook-secret": ("leads/hook_secret.html", cast_hooks.secret, "Europe/Berlin"),
    "hook-deliveries": ("leads/hook_deliveries.html", cast_hooks.deliveries, "Europe/Berlin"),
    "hook-delivery": ("leads/hook_delivery.html", cast_hooks.delivery, "Europe/Berlin"),
    "connection-mapping": ("leads/connection_mapping.html", cast_connections.mapping, "Europe/Berlin"),
    "connection-mapping-empty": ("leads/connection_mapping.html", cast_connections.mapping_empty, "Europe/Berlin"),
    "connection-test": ("routing/try_delivery.html", cast_connections.test, "Europe/Berlin"),
    "connection-test-refused": ("routing/try_delivery.html", cast_connections.test_refused, "Europe/Berlin"),
    "form-list": ("leads/form_list.html", cast_forms.listed, "Europe/Berlin"),
    "form-list-empty": ("leads/form_list.html", cast_forms.none_yet, "Europe/Berlin"),
    "form-new": ("leads/form_new.html", cast_forms.new, "Europe/Berlin"),
    "form-edit": ("leads/form_edit.html", cast_forms.edit, "Europe/Berlin"),
    "form-item": ("leads/form_item.html", cast_forms.item, "Europe/Berlin"),
    "form-settings": ("leads/form_settings.html", cast_forms.settings, "Europe/Berlin"),
    "form-endings": ("leads/form_endings.html", cast_forms.endings, "Europe/Berlin"),
    "form-ending": ("leads/form_ending.html", cast_forms.ending, "Europe/Berlin"),
    "form-copy": ("leads/form_copy.html", cast_forms.copy, "Europe/Berlin"),
    "form-held": ("leads/form_held.html", cast_forms.held, "Europe/Berlin"),
    "form-held-empty": ("leads/form_held.html", cast_forms.held_none, "Europe/Berlin"),
    "form-page": ("leads/form_page.html", cast_forms.page, "Europe/Berlin"),
    "form-page-wrong": ("leads/form_page.html", cast_forms.page_wrong, "Europe/Berlin"),
    "form-page-thanks": ("leads/form_page.html", cast_forms.page_thanks, "Europe/Berlin"),
    "form-page-closed": ("leads/form_page.html", cast_forms.page_closed, "Europe/Berlin"),
    "my-numbers": ("reporting/my_numbers.html", cast_sharing.my_numbers, "Europe/Berlin"),
    "my-numbers-empty": ("reporting/my_numbers.html", cast_sharing.my_numbers_empty, "Europe/Berlin"),
    "rep-fair-share": ("reporting/rep_share.html", cast_sharing.rep_share, "Europe/Berlin"),
    "how-shared": ("routing/how_shared.html", cast_sharing.how_shared, "Europe/Berlin"),
    "how-shared-manager": ("routing/how_shared.html", cast_sharing.how_shared_manager, "Europe/Berlin"),
    "how-shared-nowhere": ("routing/how_shared.html", cast_sharing.how_shared_nowhere, "Europe/Berlin"),
    "shared-draft": ("routing/shared_draft.html", cast_talk.shared_draft, "Europe/Berlin"),
    "shared-draft-manager": ("routing/shared_draft.html", cast_talk.shared_draft_manager, "Europe/Berlin"),
    "shared-draft-over": ("routing/shared_draft.html", cast_talk.shared_draft_over, "Europe/Berlin"),
    "share-draft": ("routing/share_draft.html", cast_talk.share_draft, "Europe/Berlin"),
    "how-public": ("routing/how_public.html", cast_sharing.how_public, "Europe/Berlin"),
    "how-changed": ("routing/how_changed.html", cast_sharing.how_changed, "Europe/Berlin"),
    "unfair": ("routing/unfair.html", cast_sharing.unfair, "Europe/Berlin"),
    "questions": ("routing/questions.html", cast_sharing.questions, "Europe/Berlin"),
    "questions-empty": ("routing/questions.html", cast_sharing.questions_none, "Europe/Berlin"),
    "team": ("routing/team.html", cast_team.roster, "Europe/Berlin"),
    "team-look": ("routing/team.html", cast_team.roster_look, "Europe/Berlin"),
    "team-groups": ("routing/team_groups.html", cast_talk.groups, "Europe/Berlin"),
    "team-group": ("routing/team_group.html", cast_talk.group, "Europe/Berlin"),
    "team-group-new": ("routing/team_group.html", cast_talk.group_new, "Europe/Berlin"),
    "team-week": ("routing/team_week.html", cast_team.week, "Europe/Berlin"),
    "team-week-empty": ("routing/team_week.html", cast_team.week_empty, "Europe/Berlin"),
    "territories": ("routing/team_territories.html", cast_team.territories, "Europe/Berlin"),
    "territories-none": ("routing/team_territories.html", cast_team.territories_none, "Europe/Berlin"),
    "territory": ("routing/team_territory.html", cast_team.territory, "Europe/Berlin"),
    "team-skills": ("routing/team_skills.html", cast_team.skills, "Europe/Berlin"),
    "team-empty": ("routing/team.html", cast_team.roster_empty, "Europe/Berlin"),
    "login": ("registration/login.html", cast_plain.login, "UTC"),
    "login-wrong": ("registration/login.html", cast_plain.login_wrong, "UTC"),
    "password-change": ("registration/password_change_form.html", cast_plain.password_change, "UTC"),
    "password-reset": ("registration/password_reset_form.html", cast_plain.password_reset, "UTC"),
    "password-reset-done": ("registration/password_reset_done.html", dict, "UTC"),
    "locked": ("registration/locked.html", dict, "UTC"),
    "no-role": ("reps/no_role.html", dict, "UTC"),
    "403": ("403.html", dict, "UTC"),
    "404": ("404.html", dict, "UTC"),
    "429": ("429.html", dict, "UTC"),
    "500": ("500.html", dict, "UTC"),
    "503": ("503.html", dict, "UTC"),
}
# What htmx would ask for while a page is open: address -> fragment.
FRAGMENTS = {
    "/lead-why/": ("routing/_why.html", cast.why),
    "/lead-log/": ("components/log_form.html", cast_work.log),
    "/my-turn/": ("routing/_my_turn.html", cast.turn),
    "/import-progress/": ("routing/_import_progress.html", cast_imports.running),
    "/return-rates/": ("reporting/_return_rates.html", cast_desk.return_rates),
    "/nav-counts/": ("components/_nav_counts.html", cast.counts),
}


def draw(name: str, cookies: str = "") -> str:
    """One page as HTML."""
    template, cast, zone = PAGES[name]
    return made(template, {"still": True, **cast()}, zone, cookies)


def fragment(path: str) -> str | None:
    """What an address of FRAGMENTS answers."""
    found = next((made for start, made in FRAGMENTS.items() if path.startswith(start)), None)
    return made(found[0], found[1](), "Europe/Berlin") if found else None


def made(template: str, context: dict[str, Any], zone: str, cookies: str = "") -> str:
    request = RequestFactory().get(context.pop("path", "/"), context.pop("search", None), headers={"cookie": cookies})
    request.user = AnonymousUser()
    # Of this thread alone: it serves a browser that may still ask while another test runs.
    set_urlconf("tests.face.urls")
    try:
        with timezone.override(ZoneInfo(zone)):
            return render_to_string(template, {"brand": Brand(), **context}, request=request)
    finally:
        set_urlconf(None)


def asset(path: str) -> Path | None:
    """The file behind a static address: ours, or django-htmx's."""
    found = finders.find(path.removeprefix(settings.STATIC_URL))
    return Path(found) if found else None
