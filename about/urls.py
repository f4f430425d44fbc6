from django.urls import path

from . import views

urlpatterns = [
    path("contact/", views.contact_page, name="contact"),
    path("guide/", views.guide_page, name="guide"),
    path("csp-report/", views.policy_report, name="policy_report"),
    path(".well-known/security.txt", views.security_text, name="security_text"),
    path("terms/", views.terms_page, name="terms"),
    path("privacy/", views.privacy_page, name="privacy"),
]
