-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_stay_mandates(kase bigint, victim bigint, unit bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    follow_up CONSTANT text[] := '{identity,contact,protection,plan,services,satisfaction,outcome}';
    parts bigint[] := ARRAY(
        SELECT p.id FROM public.participation p JOIN public.mandate m ON m.code = p.mandate
        WHERE p.case_id = kase AND p.victim_id = victim AND p.unit_id = unit AND p.ended_at IS NULL
          AND m.ends_with = 'ESTANCIA' AND NOT p.housed);
BEGIN
    IF EXISTS (SELECT FROM public.plan n WHERE n.case_id = kase AND n.victim_id = victim AND n.unit_id = unit
               AND n.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR')) THEN
        UPDATE public.participation p
        SET compartments = ARRAY(SELECT n.name FROM unnest(p.compartments) AS n(name) WHERE n.name = ANY (follow_up)),
            given = ARRAY(SELECT n.name FROM unnest(p.given) AS n(name) WHERE n.name = ANY (follow_up))
        WHERE p.id = ANY (parts);
    ELSE
        PERFORM ruv.end_parts(parts, false);
    END IF;
END $function$;
ALTER FUNCTION ruv.end_stay_mandates(bigint,bigint,bigint) OWNER TO ruv_guard;
