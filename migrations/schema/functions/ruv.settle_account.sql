-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.settle_account(request bigint, new_hash text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    asked public.account_request;
    old public.user_account;
    becomes text;
BEGIN
    SELECT * INTO asked FROM public.account_request r WHERE r.id = request FOR UPDATE;
    IF asked.state IS DISTINCT FROM 'EJECUTADA' OR asked.decided_at IS DISTINCT FROM now()
       OR asked.decided_by IS DISTINCT FROM me.user_id OR asked.settled_at IS NOT NULL OR NOT ruv.may_second(request)
       OR (asked.kind IN ('ALTA', 'CLAVE')) <> (new_hash IS NOT NULL) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO old FROM public.user_account u WHERE u.id = asked.account_id FOR UPDATE;
    becomes := coalesce(asked.role, old.role);
    IF old.institution_id <> asked.requested_institution_id OR (asked.kind = 'ALTA') <> (old.approved_at IS NULL)
       OR asked.kind = 'ACTIVACION' AND old.disabled_at IS NULL
       OR asked.kind = 'DESACTIVACION' AND old.disabled_at IS NOT NULL
       OR asked.kind <> 'DESACTIVACION' AND 2 <> (SELECT count(*) FROM unnest(ARRAY[old.role, becomes]) AS each (role)
            JOIN public.role_grant g ON g.role = each.role AND g.two_people) THEN
        RETURN 'STALE';
    END IF;
    UPDATE public.user_account u
    SET approved_at = coalesce(u.approved_at, now()),
        unit_id = coalesce(asked.unit_id, u.unit_id), role = becomes,
        supervisor = coalesce(asked.supervisor, u.supervisor),
        password_hash = coalesce(new_hash, u.password_hash),
        initial_until = CASE WHEN new_hash IS NULL THEN u.initial_until ELSE now() + interval '7 days' END,
        failed_logins = CASE WHEN new_hash IS NULL THEN u.failed_logins ELSE 0 END,
        locked_until = CASE WHEN new_hash IS NULL THEN u.locked_until END,
        disabled_at = CASE asked.kind WHEN 'ACTIVACION' THEN NULL WHEN 'DESACTIVACION' THEN now() ELSE u.disabled_at END
    WHERE u.id = old.id;
    UPDATE public.auth_session s SET revoked_at = now(), revoked_reason = 'cuenta modificada'
    WHERE s.user_id = old.id AND s.revoked_at IS NULL;
    UPDATE public.account_request r SET settled_at = now() WHERE r.id = request;
    RETURN 'DONE';
END $function$;
ALTER FUNCTION ruv.settle_account(bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.settle_account(bigint,text) TO ruv_app;
