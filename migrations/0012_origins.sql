-- The origins of pages whose scripts may read what an app is answered: a JSON list.
ALTER TABLE apps ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';
