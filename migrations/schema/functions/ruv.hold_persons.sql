-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.hold_persons(one bigint, other bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM FROM public.placement l WHERE l.victim_id IN (one, other) ORDER BY l.id FOR UPDATE;
    PERFORM FROM public.referral r WHERE r.victim_id IN (one, other) ORDER BY r.id FOR UPDATE;
    PERFORM FROM public.plan p WHERE p.victim_id IN (one, other) ORDER BY p.id FOR UPDATE;
    PERFORM FROM public.compartment_head h WHERE h.victim_id IN (one, other)
    ORDER BY h.record_id, h.compartment FOR UPDATE;
    PERFORM FROM public.trafficking_case c WHERE c.victim_id IN (one, other) ORDER BY c.id FOR UPDATE;
    PERFORM pg_advisory_xact_lock(least(one, other));
    PERFORM pg_advisory_xact_lock(greatest(one, other));
    PERFORM FROM public.victim v WHERE v.person_id IN (one, other) ORDER BY v.id FOR UPDATE;
END $function$;
ALTER FUNCTION ruv.hold_persons(bigint,bigint) OWNER TO ruv_guard;
