"""URLs of the REST API that routing answers."""

from django.urls import path

from routing.web import why

urlpatterns = [path("leads/<uuid:uid>/why/", why.WhyView.as_view(), name="lead-why")]
