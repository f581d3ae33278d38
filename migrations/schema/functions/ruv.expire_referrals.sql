-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.expire_referrals(ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    UPDATE public.referral r SET state = 'VENCIDA', version = r.version + 1
    WHERE r.id = ANY (ids) AND r.state = 'ENVIADA';
END $function$;
ALTER FUNCTION ruv.expire_referrals(bigint[]) OWNER TO ruv_guard;
