"""URLs of people: sign-in, home, the duty switch."""

from django.contrib.auth import views as auth
from django.urls import path

from reps.web import pages, slack_link, telling

urlpatterns = [
    path("", pages.home, name="home"),
    path("duty/", pages.duty_switch, name="duty-switch"),
    path("push-worker.js", telling.worker, name="push-worker"),
    path("telling/", telling.page, name="telling"),
    path("telling/news/", telling.save_news, name="telling-news"),
    path("telling/morning/", telling.save_morning, name="telling-morning"),
    path("telling/sound/", telling.sound, name="telling-sound"),
    path("telling/add/", telling.add, name="telling-add"),
    path("telling/browser/", telling.add_browser, name="telling-browser"),
    path("telling/email/test/", telling.try_email, name="telling-test-email"),
    path("telling/channels/", telling.switch, name="telling-switch"),
    path("telling/slack/code/", slack_link.code, name="slack-code"),
    path("telling/slack/part/", slack_link.part, name="slack-part"),
    path("telling/slack/secret/", slack_link.secret, name="slack-secret"),
    path("telling/<uuid:uid>/test/", telling.try_out, name="telling-test"),
    path("telling/<uuid:uid>/remove/", telling.remove, name="telling-remove"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("password/reset/", auth.PasswordResetView.as_view(), name="password_reset"),
    path("password/reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("password/reset/<uidb64>/<token>/", auth.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("password/reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]
