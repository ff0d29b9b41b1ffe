-- Failed sign-ins are counted in the memory of each node: a flood of them writes nothing.
DROP TABLE sign_in_failures;
