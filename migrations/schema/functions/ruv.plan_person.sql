-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.plan_person(kase bigint, victim bigint, unit bigint)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT u.id
    FROM public.participation p
    JOIN public.user_account u ON u.unit_id = p.unit_id AND u.disabled_at IS NULL AND u.approved_at IS NOT NULL
        AND NOT u.service_account
    JOIN public.role_grant g ON g.role = u.role
    LEFT JOIN public.assignment a ON a.case_id = p.case_id AND a.victim_id = p.victim_id AND a.user_id = u.id
        AND a.ended_at IS NULL
    WHERE p.case_id = kase AND p.victim_id = victim AND p.unit_id = unit AND p.ended_at IS NULL
      AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments))
      AND 'plans:write' = ANY (g.permissions) AND 'plan' = ANY (g.written) AND g.population & p.population <> 0
      AND (u.supervisor OR a.id IS NOT NULL)
    ORDER BY a.id IS NULL, a.started_at, u.id LIMIT 1
$function$;
ALTER FUNCTION ruv.plan_person(bigint,bigint,bigint) OWNER TO ruv_guard;
