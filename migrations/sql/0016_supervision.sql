-- What supervisors of a unit need, and the indexes that keep a unit's lists quick in a large register. Runs as
-- ruv_owner.

-- A unit's plans are found from the persons it takes part in: without it each of them read the whole index of plans
-- (`/plans` of 200 cases among 20 000: 130 ms, and growing with the register; with it 5 ms).
CREATE INDEX ix_plan_victim_id ON plan (victim_id);

GRANT CREATE ON SCHEMA ruv TO ruv_guard;

-- Cases of the bound unit change hands: its running deadlines remind the new person in charge instead of the old.
-- Only a supervisor does it, only of the own unit, only to an active account of it.
CREATE FUNCTION ruv.hand_over_clocks(leaver bigint, moved json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    IF NOT coalesce(me.unit_wide, false) OR NOT ruv.permits('assignments:write') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    UPDATE public.clock c SET user_id = m.user_id
    FROM json_to_recordset(moved) AS m(case_id bigint, user_id bigint)
    WHERE c.case_id = m.case_id AND c.unit_id = me.unit_id AND c.user_id = leaver
      AND c.state IN ('CORRIENDO', 'VENCIDO') AND ruv.user_in_unit(m.user_id, me.unit_id);
END $$;

REVOKE ALL ON FUNCTION ruv.hand_over_clocks(bigint, json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.hand_over_clocks(bigint, json) TO ruv_app;
ALTER FUNCTION ruv.hand_over_clocks(bigint, json) OWNER TO ruv_guard;
-- What the policy gives the bound actor's role, asked in nearly every policy. The signed context is checked once, not
-- once a row of `role_grant` as before: 0.09 ms became 0.02 ms, and a write asks some ten of them.
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.population() RETURNS smallint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN (SELECT g.population FROM public.role_grant g WHERE g.role = own);
END $$;
CREATE OR REPLACE FUNCTION ruv.listed() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN (SELECT g.listed FROM public.role_grant g WHERE g.role = own);
END $$;
CREATE OR REPLACE FUNCTION ruv.opened() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN (SELECT g.opened FROM public.role_grant g WHERE g.role = own);
END $$;
CREATE OR REPLACE FUNCTION ruv.read_in_full() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN (SELECT g."full" FROM public.role_grant g WHERE g.role = own);
END $$;
CREATE OR REPLACE FUNCTION ruv.own_only() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN (SELECT g.own_only FROM public.role_grant g WHERE g.role = own);
END $$;
CREATE OR REPLACE FUNCTION ruv.written() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN (SELECT g.written FROM public.role_grant g WHERE g.role = own);
END $$;
CREATE OR REPLACE FUNCTION ruv.permits(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN coalesce((SELECT permission = ANY (g.permissions) FROM public.role_grant g WHERE g.role = own), false);
END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
