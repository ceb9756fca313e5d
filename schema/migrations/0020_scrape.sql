-- Several records of one page, and images and files among the addresses.

-- The records of pages that give others than one named by their own address, as the page was when it was last read whole: what
-- "not modified" and "gone" mean for them.
CREATE TABLE page_record (
    source_id bigint NOT NULL,
    url_key   uuid NOT NULL,
    rk        bigint NOT NULL,
    key       text NOT NULL,
    CONSTRAINT page_record_key PRIMARY KEY (source_id, url_key, rk, key)
);

ALTER TABLE frontier_url
    ADD COLUMN context jsonb,  -- of an image or file: what the page that leads to it says of it
    DROP CONSTRAINT frontier_url_kind,
    ADD CONSTRAINT frontier_url_kind CHECK (kind IN ('page', 'sitemap', 'feed', 'image', 'file'));
