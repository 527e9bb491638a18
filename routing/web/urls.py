"""URLs of routing: the pool, giving back, To assign, the rules, the why, imports."""

from django.urls import path

from routing.web import compare, imports, leave, my_turn, offers, pool, returns, rules, to_assign, try_delivery, why

urlpatterns = [
    path("pool/", pool.page, name="pool"),
    path("pool/<uuid:uid>/pull/", pool.pull, name="pool-pull"),
    path("pool/claim/<str:handle>/", pool.claim, name="pool-claim"),
    path("leads/<uuid:uid>/put-back/", pool.put_back, name="pool-put-back"),
    path("leads/<uuid:uid>/return/", returns.give_back, name="lead-return"),
    path("my-leads/turn/", my_turn.fragment, name="my-turn"),
    path("my-leads/offers/", offers.fragment, name="my-offers"),
    path("my-leads/offers/<uuid:uid>/accept/", offers.accept, name="offer-accept"),
    path("my-leads/offers/<uuid:uid>/decline/", offers.decline, name="offer-decline"),
    path("leads/<uuid:uid>/why/", why.fragment, name="lead-why"),
    path("leads/<uuid:uid>/revive/", why.revive, name="lead-revive"),
    path("rules/", rules.page, name="rules"),
    path("rules/<uuid:uid>/", rules.page, name="rules-set"),
    path("rules/<uuid:uid>/<int:n>/", rules.page, name="rules-version"),
    path("rules/<uuid:uid>/compare/", compare.page, name="rules-compare"),
    path("rules/<uuid:uid>/<int:n>/go-back/", compare.go_back, name="rules-go-back"),
    path("team/<uuid:uid>/leave/", leave.page, name="rep-leave"),
    path("to-assign/", to_assign.page, name="to-assign"),
    path("to-assign/<uuid:uid>/", to_assign.assign, name="lead-assign"),
    path("to-assign/<uuid:uid>/reject/", to_assign.reject, name="lead-reject"),
    path("connections/<uuid:uid>/test/", try_delivery.page, name="connection-test"),
    path("imports/", imports.index, name="imports"),
    path("imports/new/", imports.new, name="import-new"),
    path("imports/export/<slug:kind>.csv", imports.export, name="import-export"),
    path("imports/<uuid:uid>/", imports.show, name="import"),
    path("imports/<uuid:uid>/progress/", imports.progress, name="import-progress"),
    path("imports/<uuid:uid>/columns/", imports.columns, name="import-columns"),
    path("imports/<uuid:uid>/go-on/", imports.go_on, name="import-go-on"),
    path("imports/<uuid:uid>/cancel/", imports.cancel, name="import-cancel"),
    path("imports/<uuid:uid>/refused.csv", imports.refused, name="import-refused"),
]
