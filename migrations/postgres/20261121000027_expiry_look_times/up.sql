-- A look at the end of a certificate is due since the change that asks for it, not since the certificate
-- was made: people are shown since when the oldest one waits.

CREATE OR REPLACE FUNCTION expiry_look_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO expiry_looks (certificate_id, due_at) VALUES (NEW.id, NEW.updated_at)
    ON CONFLICT (certificate_id) DO UPDATE SET due_at = excluded.due_at;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION expiry_look_again_by_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO expiry_looks (certificate_id, due_at)
    SELECT c.id, NEW.updated_at FROM managed_certificates AS c
    WHERE c.renewal_policy_id = NEW.id AND c.expires_at IS NOT NULL
    ON CONFLICT (certificate_id) DO UPDATE SET due_at = excluded.due_at;
    RETURN NULL;
END
$$;
