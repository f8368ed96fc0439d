-- The audit chain and the numbering of events, done by the database when a transaction commits: the lock on a chain's head is held for the commit
-- alone, and no caller can choose a number or a hash. What is hashed is described in schema/audit.ts, which verifies it.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['chains','checkpoints','events','outbox_cursors','dead_events','webhooks','webhook_deliveries','jobs']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_cursors, dead_events, webhooks, webhook_deliveries, jobs TO fabric_platform;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks, webhook_deliveries TO fabric_tenant;
--> statement-breakpoint
GRANT SELECT, UPDATE (retention_days) ON chains TO fabric_tenant, fabric_platform;
--> statement-breakpoint
GRANT SELECT ON checkpoints TO fabric_tenant;
--> statement-breakpoint
GRANT SELECT, INSERT ON checkpoints TO fabric_platform;
--> statement-breakpoint
GRANT SELECT, INSERT ON events TO fabric_tenant;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON events TO fabric_platform;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE events_id_seq TO fabric_tenant, fabric_platform;
--> statement-breakpoint
GRANT SELECT, DELETE, UPDATE (seq, prev, hash) ON audit TO fabric_auditor;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON chains TO fabric_auditor;
--> statement-breakpoint
GRANT SELECT ON checkpoints TO fabric_auditor;
--> statement-breakpoint
GRANT SELECT, UPDATE (seq) ON events TO fabric_auditor;
--> statement-breakpoint
GRANT SELECT, INSERT ON outbox_cursors TO fabric_auditor;
--> statement-breakpoint
ALTER TABLE chains ADD CONSTRAINT chains_retention CHECK (retention_days IS NULL OR retention_days BETWEEN 30 AND 36500);
--> statement-breakpoint
-- One field of the encoding: its length in octets, a colon, itself; a hyphen for null.
CREATE FUNCTION audit_field(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN '-,' ELSE octet_length(value)::text || ':' || value || ',' END
$$;
--> statement-breakpoint
CREATE FUNCTION audit_digest(entry audit, number bigint, before text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(
    audit_field('fabric-audit-1')
    || audit_field(coalesce(entry.org_id, '00000000-0000-0000-0000-000000000000')::text)
    || audit_field(number::text) || audit_field(before)
    || audit_field(to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    || audit_field(entry.actor) || audit_field(entry.action) || audit_field(entry.subject) || audit_field(entry.reason)
    || audit_field(entry.generation::text) || audit_field(entry.request_id)
    || audit_field(entry.address) || audit_field(entry.user_agent) || audit_field(entry.region) || audit_field(entry.detail)
  , 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- The head of a chain, locked until the transaction ends. Made when it is the first time.
CREATE FUNCTION chain_head(which uuid) RETURNS chains LANGUAGE plpgsql AS $$
DECLARE head chains;
BEGIN
  SELECT * INTO head FROM chains WHERE chain = which FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO chains (chain, audit_hash) VALUES (which, repeat('0', 64)) ON CONFLICT DO NOTHING;
    INSERT INTO outbox_cursors (chain, next_at) VALUES (which, 'epoch') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM chains WHERE chain = which FOR UPDATE;
  END IF;
  RETURN head;
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq IS NOT NULL OR NEW.prev IS NOT NULL OR NEW.hash IS NOT NULL THEN
    RAISE EXCEPTION 'the database itself links the audit chain' USING ERRCODE = 'check_violation';
  END IF;
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head chains; entry audit; own text;
BEGIN
  head := chain_head(coalesce(NEW.org_id, '00000000-0000-0000-0000-000000000000'));
  SELECT * INTO STRICT entry FROM audit WHERE id = NEW.id;
  own := audit_digest(entry, head.audit_seq + 1, head.audit_hash);
  UPDATE audit SET seq = head.audit_seq + 1, prev = head.audit_hash, hash = own WHERE id = NEW.id;
  UPDATE chains SET audit_seq = head.audit_seq + 1, audit_hash = own WHERE chain = head.chain;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION events_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq IS NOT NULL THEN
    RAISE EXCEPTION 'the database itself numbers events' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE FUNCTION events_number() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head chains;
BEGIN
  head := chain_head(NEW.chain);
  UPDATE events SET seq = head.event_seq + 1 WHERE id = NEW.id;
  UPDATE chains SET event_seq = head.event_seq + 1 WHERE chain = head.chain;
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Removes old entries of one chain, up to a signed checkpoint whose entries are all older than the chain's own retention; the checkpoint is what the rest
-- hangs on then. About `most` at a time. The only way by which an entry ever goes.
CREATE FUNCTION audit_trim(which uuid, most integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head chains; last bigint; old bigint; gone bigint;
BEGIN
  SELECT * INTO head FROM chains WHERE chain = which FOR UPDATE;
  IF NOT FOUND OR head.retention_days IS NULL THEN RETURN 0; END IF;
  SELECT coalesce(min(a.seq), head.audit_seq + 1) - 1 INTO old FROM audit a
    WHERE coalesce(a.org_id, '00000000-0000-0000-0000-000000000000') = which
      AND a.at >= clock_timestamp() - head.retention_days * interval '1 day';
  SELECT c.seq INTO last FROM checkpoints c
    JOIN audit a ON coalesce(a.org_id, '00000000-0000-0000-0000-000000000000') = which AND a.seq = c.seq AND a.hash = c.hash
    WHERE c.chain = which AND c.seq > head.trimmed_seq AND c.seq <= old
    ORDER BY (c.seq <= head.trimmed_seq + most) DESC, CASE WHEN c.seq <= head.trimmed_seq + most THEN -c.seq ELSE c.seq END
    LIMIT 1;
  IF last IS NULL THEN RETURN 0; END IF;
  DELETE FROM audit WHERE coalesce(org_id, '00000000-0000-0000-0000-000000000000') = which AND seq <= last;
  GET DIAGNOSTICS gone = ROW_COUNT;
  UPDATE chains SET trimmed_seq = last WHERE chain = which;
  RETURN gone;
END $$;
--> statement-breakpoint
-- What was there before there was a chain becomes its first part, in the order it was written.
CREATE FUNCTION audit_chain_existing() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE entry audit; head chains; own text;
BEGIN
  -- Which node did something is no organization's to know (edge/audit.ts).
  UPDATE audit SET actor = 'node' WHERE seq IS NULL AND org_id IS NOT NULL AND actor LIKE 'node:%';
  FOR entry IN SELECT * FROM audit WHERE seq IS NULL ORDER BY id LOOP
    head := chain_head(coalesce(entry.org_id, '00000000-0000-0000-0000-000000000000'));
    own := audit_digest(entry, head.audit_seq + 1, head.audit_hash);
    UPDATE audit SET seq = head.audit_seq + 1, prev = head.audit_hash, hash = own WHERE id = entry.id;
    UPDATE chains SET audit_seq = head.audit_seq + 1, audit_hash = own WHERE chain = head.chain;
  END LOOP;
END $$;
--> statement-breakpoint
-- Their new owner must be allowed to create in the schema for the moment they become its own.
GRANT fabric_auditor TO CURRENT_USER;
--> statement-breakpoint
GRANT CREATE ON SCHEMA public TO fabric_auditor;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit_field(text)','audit_digest(audit, bigint, text)','chain_head(uuid)','audit_before()','audit_link()','events_before()',
    'events_number()','audit_trim(uuid, integer)','audit_chain_existing()']
  LOOP
    EXECUTE 'REVOKE ALL ON FUNCTION ' || name || ' FROM PUBLIC';
    EXECUTE 'GRANT EXECUTE ON FUNCTION ' || name || ' TO fabric_auditor';
    EXECUTE 'ALTER FUNCTION ' || name || ' OWNER TO fabric_auditor';
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE CREATE ON SCHEMA public FROM fabric_auditor;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION audit_trim(uuid, integer) TO fabric_platform;
--> statement-breakpoint
GRANT UPDATE (actor) ON audit TO fabric_auditor;
--> statement-breakpoint
SET ROLE fabric_auditor;
--> statement-breakpoint
SELECT audit_chain_existing();
--> statement-breakpoint
DROP FUNCTION audit_chain_existing();
--> statement-breakpoint
RESET ROLE;
--> statement-breakpoint
REVOKE UPDATE (actor) ON audit FROM fabric_auditor;
--> statement-breakpoint
CREATE TRIGGER audit_before BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_before();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_link AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_link();
--> statement-breakpoint
CREATE TRIGGER events_before BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION events_before();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER events_number AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION events_number();
