-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.less_objected(given text[], victim bigint, unit bigint, referral bigint)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT CASE WHEN EXISTS (SELECT FROM public.referral r WHERE r.id = referral AND r.legal_basis = 'MANDATO_LEGAL')
        THEN given ELSE ARRAY(
            SELECT g.name FROM unnest(given) WITH ORDINALITY AS g(name, place)
            WHERE NOT EXISTS (
                SELECT FROM public.objection o JOIN public.unit u ON u.id = unit
                WHERE o.victim_id = victim AND o.lifted_at IS NULL AND g.name = ANY (o.compartments)
                  AND (o.to_institutions IS NULL OR u.institution_id = ANY (o.to_institutions)))
            ORDER BY g.place) END
$function$;
ALTER FUNCTION ruv.less_objected(text[],bigint,bigint,bigint) OWNER TO ruv_guard;
