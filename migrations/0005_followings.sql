-- Data versions that follow their table between two builds: who does that, and how far it has come. Which of them go on, the
-- states of the versions say.
CREATE TABLE followings (
    version_id TEXT PRIMARY KEY REFERENCES data_versions (id),
    -- Raised by each who takes it, so that one who was taken over is told from one who has it.
    turn BIGINT NOT NULL,
    worker TEXT,
    beat_at BIGINT,
    -- Not taken before.
    due_at BIGINT NOT NULL,
    -- `model::follow::FollowFigures` as JSON.
    figures TEXT NOT NULL,
    -- Why it does not go on; empty otherwise.
    reason TEXT NOT NULL
);
