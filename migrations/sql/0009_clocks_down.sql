-- Takes back 0009_clocks.sql.
DROP SCHEMA jobs CASCADE;
ALTER POLICY append ON audit_event WITH CHECK (
    ruv.may_append(user_id, unit_id, institution_id,
                   CASE WHEN action = 'matching.hit' AND (SELECT (ruv.context()).role) = 'matching' THEN NULL
                        WHEN action IN ('matching.review', 'matching.decide') AND ruv.reviews(victim_id) THEN NULL
                        ELSE victim_id END, outcome, event)
);
DROP TRIGGER participation_clocks ON participation;
SET ROLE ruv_guard;
DROP FUNCTION ruv.pass_clocks(), ruv.start_clock(json), ruv.end_clocks(text, bigint, text, text), ruv.fire_clocks(timestamptz, integer),
    ruv.move_clock(text, bigint, text, timestamptz, timestamptz, timestamptz), ruv.clock_counts(),
    ruv.take_clocks(timestamptz, integer), ruv.may_time(bigint, bigint), ruv.effect_due(text, bigint, bigint), ruv.expire_referrals(bigint[]),
    ruv.expire_holds(bigint[]), ruv.expire_consents(bigint[]);
RESET ROLE;
DROP TABLE notice, clock;
