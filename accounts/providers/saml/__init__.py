"""Sign-in by SAML: its libraries are an optional lock, loaded when a person signs in and nowhere before."""
