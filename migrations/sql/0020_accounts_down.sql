-- Takes back 0020_accounts.sql.
DROP POLICY reach ON auth_session;
DROP POLICY open ON auth_session;
DROP POLICY over ON auth_session;
CREATE POLICY own ON auth_session TO ruv_app USING (
    (SELECT (ruv.context()).role) = 'sign_in' OR user_id = (SELECT (ruv.context()).user_id)
);
DROP POLICY rename ON unit;
DROP POLICY found ON unit;
CREATE POLICY set_up ON unit FOR INSERT TO ruv_app WITH CHECK ((SELECT (ruv.context()).role) = 'setup');
DROP POLICY create_account ON user_account;
CREATE POLICY create_account ON user_account FOR INSERT TO ruv_app WITH CHECK (
    EXISTS (SELECT FROM unit u WHERE u.id = user_account.unit_id AND u.institution_id = user_account.institution_id)
    AND ((SELECT (ruv.context()).role) = 'setup'
         OR institution_id = (SELECT (ruv.context()).institution_id) AND (SELECT ruv.permits('accounts:manage'))
            AND EXISTS (SELECT FROM role_grant g WHERE g.role = user_account.role AND NOT g.permissions
                        && ARRAY['accounts:manage', 'audit:read', 'releases:publish', 'imports:run']))
);
DROP TRIGGER user_account_columns ON user_account;
SET ROLE ruv_guard;
DROP FUNCTION ruv.guard_account();
DROP FUNCTION ruv.change_account(bigint, bigint, text, boolean);
DROP FUNCTION ruv.may_found_unit(bigint, text);
DROP FUNCTION ruv.may_grant(text);
RESET ROLE;
REVOKE UPDATE (unit_id, role, supervisor) ON user_account FROM ruv_guard;
REVOKE UPDATE (revoked_at, revoked_reason) ON auth_session FROM ruv_guard;
REVOKE UPDATE (name, department) ON unit FROM ruv_app;
ALTER TABLE user_account DROP COLUMN initial_until;
