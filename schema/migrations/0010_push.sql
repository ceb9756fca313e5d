-- Messages that were pushed and stored: the same id again is answered without being stored twice.
CREATE TABLE push_receipt (
    source_id bigint NOT NULL REFERENCES source (id),
    message_id text NOT NULL CONSTRAINT push_receipt_id_length CHECK (length(message_id) BETWEEN 1 AND 300),
    run_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT push_receipt_key PRIMARY KEY (source_id, message_id)
);
CREATE INDEX push_receipt_by_age ON push_receipt (received_at);
COMMENT ON INDEX push_receipt_by_age IS 'sweeping receipts that no repetition can meet any more';
