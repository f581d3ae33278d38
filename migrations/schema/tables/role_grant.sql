-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE role_grant (
    role text NOT NULL,
    population smallint NOT NULL,
    permissions text[] NOT NULL,
    listed text[] NOT NULL,
    opened text[] NOT NULL,
    "full" text[] NOT NULL,
    own_only text[] NOT NULL,
    written text[] NOT NULL,
    policy_version text NOT NULL,
    resident text[] DEFAULT '{}'::text[] NOT NULL,
    unit_kinds text[] DEFAULT '{}'::text[] NOT NULL,
    two_people boolean DEFAULT false NOT NULL,
    CONSTRAINT pk_role_grant PRIMARY KEY (role)
);
ALTER TABLE role_grant OWNER TO ruv_owner;

GRANT SELECT ON role_grant TO ruv_app;
GRANT SELECT ON role_grant TO ruv_guard;
