"""URLs of reporting: the board, the reports per rep, a rep's own numbers."""

from django.urls import path

from reporting.web import (
    all_figures,
    board,
    changes,
    health,
    in_out,
    leaderboard,
    log,
    my_numbers,
    one_figure,
    rep_report,
    rep_share,
    reports,
    return_rates,
    worth_it,
)

urlpatterns = [
    path("board/", board.page, name="board"),
    path("changes/", changes.page, name="changes"),
    path("changes/export.csv", changes.export, name="changes-csv"),
    path("reports/", reports.page, name="reports"),
    path("reports/figures/", all_figures.page, name="figures"),
    path("reports/figures/export/", all_figures.export, name="figures-csv"),
    path("reports/figures/<slug:name>/", one_figure.page, name="figure"),
    path("reports/worth-it/", worth_it.page, name="worth-it"),
    path("reports/leaderboard/", leaderboard.page, name="leaderboard"),
    path("reports/leaderboard/target/", leaderboard.put_target, name="leaderboard-target"),
    path("reports/leaderboard/export.csv", leaderboard.export, name="leaderboard-csv"),
    path("reports/leaderboard/<uuid:uid>/", leaderboard.leads, name="leaderboard-leads"),
    path("reports/leaderboard/<uuid:uid>/export.csv", leaderboard.leads_export, name="leaderboard-leads-csv"),
    path("reports/log/", log.page, name="assignment-log"),
    path("reports/log/export/", log.export, name="assignment-log-csv"),
    path("reports/in-out/", in_out.page, name="in-out"),
    path("reports/in-out/export/", in_out.export, name="in-out-csv"),
    path("reports/export.csv", reports.export, name="reports-csv"),
    path("reports/returns/", return_rates.fragment, name="return-rates"),
    path("reports/<uuid:uid>/", rep_report.page, name="rep-report"),
    path("reports/<uuid:uid>/export.csv", rep_report.export, name="rep-report-csv"),
    path("reports/<uuid:uid>/fair-share/", rep_share.page, name="rep-fair-share"),
    path("health/", health.page, name="health"),
    path("my-numbers/", my_numbers.page, name="my-numbers"),
    path("my-numbers/fair-share.csv", my_numbers.export, name="my-fair-share-csv"),
]
