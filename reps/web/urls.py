"""URLs of people: sign-in, home, the duty switch."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib.auth import views as auth
from django.urls import path, re_path

from reps.web import brand, invitations, pages, security, sign_in, slack_link, sso
from reps.web.telling import page as telling
from reps.web.telling import ways

urlpatterns = [
    path("", pages.home, name="home"),
    path("duty/", pages.duty_switch, name="duty-switch"),
    path("push-worker.js", telling.worker, name="push-worker"),
    re_path(r"^brand/(?P<digits>[0-9a-f]{6})\.css$", brand.style, name="brand-style"),
    re_path(r"^brand/logo/(?P<digest>[0-9a-f]{64})$", brand.logo, name="brand-logo"),
    path("telling/", telling.page, name="telling"),
    path("telling/news/", telling.save_news, name="telling-news"),
    path("telling/morning/", telling.save_morning, name="telling-morning"),
    path("telling/sound/", telling.sound, name="telling-sound"),
    path("telling/add/", ways.add, name="telling-add"),
    path("telling/browser/", ways.add_browser, name="telling-browser"),
    path("telling/email/test/", ways.try_email, name="telling-test-email"),
    path("telling/channels/", ways.switch, name="telling-switch"),
    path("telling/slack/code/", slack_link.code, name="slack-code"),
    path("telling/slack/part/", slack_link.part, name="slack-part"),
    path("telling/slack/secret/", slack_link.secret, name="slack-secret"),
    path("telling/<uuid:uid>/test/", ways.try_out, name="telling-test"),
    path("telling/<uuid:uid>/remove/", ways.remove, name="telling-remove"),
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("security/", security.page, name="security"),
    path("security/sessions/end/", security.end_sessions, name="sessions-end"),
    path("security/sessions/<int:pk>/end/", security.end_session, name="session-end"),
    path("invitations/", invitations.page, name="invitations"),
    path("invitations/<uuid:uid>/again/", invitations.send_again, name="invitation-again"),
    path("invitations/<uuid:uid>/withdraw/", invitations.withdraw, name="invitation-withdraw"),
    path("invitation/<str:secret>/", invitations.accept, name="invitation"),
    path("password/", security.ChangePassword.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("password/reset/", sign_in.Reset.as_view(), name="password_reset"),
    path("password/reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("password/reset/<uidb64>/<token>/", sign_in.ResetConfirm.as_view(), name="password_reset_confirm"),
    path("password/reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    # The names django-allauth asks for; its own pages of the second factor, in our look.
    path("login/", sign_in.SignIn.as_view(), name="account_login"),
    path("logout/", auth.LogoutView.as_view(), name="account_logout"),
    path("security/", security.page, name="mfa_index"),
    path("login/sso/", sso.start, name="sso"),
    path("login/sso/back/", sso.back, name="sso-back"),
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("login/again/", account.reauthenticate, name="account_reauthenticate"),
    path("login/again/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("security/factor/", totp.activate_totp, name="mfa_activate_totp"),
    path("security/factor/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
