"""The addresses of connections, with and without a last slash, as senders write them."""

from django.urls import re_path

from leads.web import inbound

urlpatterns = [
    re_path(r"^(?P<kind>[a-z0-9_]{1,40})/(?P<address>[A-Za-z0-9_-]{16,64})/?$", inbound.receive, name="inbound"),
]
