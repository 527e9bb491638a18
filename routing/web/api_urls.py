"""URLs of the REST API that routing answers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
