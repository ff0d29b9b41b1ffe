-- APIs whose documentation everybody can read without an account.
CREATE TABLE public_documentation (
    api_id TEXT PRIMARY KEY REFERENCES apis (id),
    -- Where readers ask for access, in the owner's words.
    contact TEXT NOT NULL
);
