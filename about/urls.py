from django.urls import path

from . import views

urlpatterns = [
    path("contact/", views.contact_page, name="contact"),
    path("terms/", views.terms_page, name="terms"),
    path("privacy/", views.privacy_page, name="privacy"),
]
