-- Tags that rules suggest for columns. A person confirms or dismisses.
CREATE TABLE suggestions (
    id TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES assets (id),
    -- With its tag, what is suggested goes, too.
    tag_id TEXT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    -- In per cent.
    confidence BIGINT NOT NULL,
    -- `model::catalogue::SuggestionEvidence` as JSON, and what stays the same while it says the same.
    evidence TEXT NOT NULL,
    evidence_hash TEXT NOT NULL,
    -- `model::catalogue::SuggestionState` by its key.
    state TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    UNIQUE (asset_id, tag_id)
);
CREATE INDEX suggestions_by_state ON suggestions (state, confidence);
CREATE INDEX suggestions_by_tag ON suggestions (tag_id);

-- The tags that the rules know, by ids that never change: they may get another name, and those that are deleted stay away. None of them
-- masks: that is for two people to decide.
INSERT INTO vocabularies (name, title, meaning, set_by, edit, updated_by, updated_at) VALUES
    ('personal-data', 'Personal data', 'Data about people. Rules suggest these tags for columns, and a person confirms them.', 'builder', 1, 'sluice', 1796083200000),
    ('value-kinds', 'Kinds of values', 'What the values of a column are. Rules suggest these tags, and a person confirms them.', 'builder', 1, 'sluice', 1796083200000)
ON CONFLICT DO NOTHING;

INSERT INTO tags (id, vocabulary, name, name_key, colour, meaning, flows, masks, edit, updated_by, updated_at) VALUES
    ('rule-email', 'personal-data', 'E-mail address', 'e-mail address', 'amber', 'E-mail addresses of people.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-phone', 'personal-data', 'Phone number', 'phone number', 'amber', 'Phone and fax numbers of people.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-identity-number', 'personal-data', 'Identity number', 'identity number', 'red', 'Numbers that states give to people: identity cards, tax, social security, passports.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-payment-card', 'personal-data', 'Payment card', 'payment card', 'red', 'Numbers of credit and debit cards.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-iban', 'personal-data', 'IBAN', 'iban', 'red', 'International bank account numbers.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-person-name', 'personal-data', 'Person name', 'person name', 'amber', 'Names of people, or parts of them.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-postal-address', 'personal-data', 'Postal address', 'postal address', 'amber', 'Addresses where people live or get letters, or parts of them.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-ip-address', 'personal-data', 'IP address', 'ip address', 'amber', 'Internet addresses. They can lead to a person.', 1, 0, 1, 'sluice', 1796083200000),
    ('rule-coordinates', 'value-kinds', 'Coordinates', 'coordinates', 'blue', 'Latitudes and longitudes.', 0, 0, 1, 'sluice', 1796083200000),
    ('rule-currency', 'value-kinds', 'Currency', 'currency', 'blue', 'Amounts of money, and codes of currencies.', 0, 0, 1, 'sluice', 1796083200000),
    ('rule-time', 'value-kinds', 'Date or time', 'date or time', 'slate', 'Dates, times of day and points in time.', 0, 0, 1, 'sluice', 1796083200000),
    ('rule-url', 'value-kinds', 'URL', 'url', 'slate', 'Addresses of the web and of files.', 0, 0, 1, 'sluice', 1796083200000)
ON CONFLICT DO NOTHING;
