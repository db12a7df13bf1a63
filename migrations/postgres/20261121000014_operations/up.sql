-- Actions on many certificates at once, and what became of each.

CREATE TABLE operations (
    id TEXT NOT NULL PRIMARY KEY,
    -- Kinds are known to the code only, so that a new one needs no migration.
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'completed', 'cancelled')),
    dry_run BOOLEAN NOT NULL,
    criteria TEXT NOT NULL,
    parameters TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    -- Whole identity of who asked: each item is done in that name.
    actor TEXT NOT NULL,
    total_matched BIGINT NOT NULL CHECK (total_matched >= 0),
    total_done BIGINT NOT NULL CHECK (total_done >= 0),
    total_skipped BIGINT NOT NULL CHECK (total_skipped >= 0),
    total_failed BIGINT NOT NULL CHECK (total_failed >= 0),
    created_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    finished_at TIMESTAMP,
    CHECK ((state IN ('completed', 'cancelled')) = (finished_at IS NOT NULL))
);
CREATE INDEX operations_created ON operations (created_at, id);
CREATE INDEX operations_unfinished ON operations (created_at, id) WHERE finished_at IS NULL;

-- No reference to certificates: what does not exist is an item too, and what was done stays on record.
CREATE TABLE operation_items (
    operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    certificate_id TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'skipped', 'failed', 'cancelled')),
    code TEXT,
    message TEXT,
    result TEXT,
    finished_at TIMESTAMP,
    PRIMARY KEY (operation_id, certificate_id)
);
CREATE INDEX operation_items_state ON operation_items (operation_id, state, certificate_id);
