-- Other ways to sign in than by a link: passwords, and an OpenID Connect provider. A session says by which it was opened.
ALTER TABLE web_session ADD COLUMN opened_by text NOT NULL DEFAULT 'link'
    CONSTRAINT web_session_opened_by_known CHECK (opened_by IN ('link', 'token', 'password', 'oidc'));
CREATE INDEX web_session_by_user ON web_session (user_id);
COMMENT ON INDEX web_session_by_user IS 'ending the sessions of a user';

-- argon2id with its salt; who has none signs in by links.
CREATE TABLE user_password (
    user_id bigint CONSTRAINT user_password_key PRIMARY KEY REFERENCES app_user (id) ON DELETE CASCADE,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL
);

-- Who a user is for an OpenID Connect provider: its own name for them, never an address of mail that it did not verify.
CREATE TABLE user_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id bigint NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    linked_at timestamptz NOT NULL,
    CONSTRAINT user_identity_key PRIMARY KEY (issuer, subject)
);

-- Sign-ins that are at the provider: each comes back once, to the browser that began it. Single-shard.
CREATE TABLE openid_attempt (
    state bytea CONSTRAINT openid_attempt_key PRIMARY KEY,
    browser bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    address text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX openid_attempt_by_expiry ON openid_attempt (expires_at);
COMMENT ON INDEX openid_attempt_by_expiry IS 'sweeping sign-ins that were not ended';

-- Where the service was last started, for links that are made while it runs.
CREATE TABLE service_address (
    one boolean CONSTRAINT service_address_key PRIMARY KEY DEFAULT true CONSTRAINT service_address_is_one CHECK (one),
    url text NOT NULL,
    since timestamptz NOT NULL
);
