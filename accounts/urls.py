from allauth.account import views as allauth_views
from django.urls import path, re_path

from .forms import credentials
from .views import account, factors, my_data, passkey_sign_in, providers, second_step, settings, sign_in, tokens

change_password = allauth_views.PasswordChangeView.as_view(form_class=credentials.PasswordChangeForm)
reset_password = allauth_views.PasswordResetView.as_view(form_class=credentials.ResetForm)
password_from_link = allauth_views.PasswordResetFromKeyView.as_view(form_class=credentials.PasswordFromLinkForm)

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    # allauth's name for asking for a code, which is what our sign-in page does.
    path("sign-in/", sign_in.sign_in, name="account_request_login_code"),
    path("sign-in/code/", sign_in.CodeView.as_view(), name="account_confirm_login_code"),
    path("sign-in/password/", sign_in.PasswordSignInView.as_view(), name="account_login_password"),
    path("sign-in/passkey/", passkey_sign_in.passkey_sign_in, name="passkey_sign_in"),
    path("sign-in/name/", sign_in.ask_name, name="account_name"),
    path("sign-in/second-step/", second_step.second_step, name="mfa_authenticate"),
    path("sign-in/second-step/lost/", second_step.second_step_lost, name="second_step_lost"),
    path("sign-in/with/<slug:slug>/", providers.provider_sign_in, name="provider_sign_in"),
    path("sign-in/with/<slug:slug>/back/", providers.provider_return, name="provider_return"),
    path("sign-in/with/<slug:slug>/answer/", providers.provider_answer, name="provider_answer"),
    path("sign-in/with/<slug:slug>/metadata/", providers.provider_metadata, name="provider_metadata"),
    path("sign-in/closed/", allauth_views.account_inactive, name="account_inactive"),
    path("sign-in/again/", account.PasswordAgainView.as_view(), name="account_reauthenticate"),
    path("sign-in/again/code/", account.prove_by_code, name="account_reauthenticate_by_code"),
    path("sign-in/again/second-step/", second_step.second_step_again, name="mfa_reauthenticate"),
    path("sign-up/", sign_in.sign_up, name="account_signup"),
    path("sign-out/", account.sign_out, name="account_logout"),
    path("email-code/", account.address_code, name="account_email_verification_sent"),
    path("password/forgotten/", reset_password, name="account_reset_password"),
    path("password/forgotten/sent/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        password_from_link,
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("settings/", settings.account_settings, name="settings"),
    path("settings/appearance/", settings.choose_appearance, name="appearance"),
    path("settings/email/", account.AddressView.as_view(), name="account_email"),
    path("settings/password/", change_password, name="account_change_password"),
    path("settings/password/first/", account.FirstPasswordView.as_view(), name="account_set_password"),
    path("settings/sign-in/", factors.sign_in_settings, name="sign_in_settings"),
    path("settings/sign-in/role/", second_step.role_waits, name="role_waits"),
    path("settings/sign-in/app/", factors.app_add, name="app_add"),
    path("settings/sign-in/passkey/", factors.passkey_add, name="passkey_add"),
    path("settings/sign-in/codes/", factors.codes_renew, name="codes_renew"),
    path("settings/sign-in/with/<slug:slug>/", providers.provider_connect, name="provider_connect"),
    path("settings/sign-in/connections/<int:number>/remove/", providers.connection_remove, name="connection_remove"),
    path("settings/sign-in/sessions/<int:number>/end/", factors.web_session_end, name="web_session_end"),
    path("settings/sign-in/sessions/end/", factors.web_sessions_end, name="web_sessions_end"),
    path("settings/sign-in/<int:number>/remove/", factors.factor_remove, name="factor_remove"),
    path("settings/programs/", tokens.access_tokens, name="tokens"),
    path("settings/programs/<uuid:uuid>/stop/", tokens.token_stop, name="token_stop"),
    path("settings/data/", my_data.my_data, name="my_data"),
    path("settings/data/copy/", my_data.my_data_copy, name="my_data_copy"),
    path("settings/data/copy/<uuid:uuid>/", my_data.my_data_download, name="my_data_download"),
    path("settings/data/consents/<slug:name>/withdraw/", my_data.consent_withdraw, name="consent_withdraw"),
    path("settings/data/delete-account/", my_data.remove_account, name="remove_account"),
    path("keep-account/", my_data.keep, name="keep_account"),
    path("time-zone/", settings.time_zone, name="time_zone"),
]
