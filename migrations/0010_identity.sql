-- Failed sign-ins are counted in the memory of each node: a flood of them writes nothing.
DROP TABLE sign_in_failures;

-- What a personal token may do, as keys with commas between. Empty for tokens from before: they keep all that they had.
ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
