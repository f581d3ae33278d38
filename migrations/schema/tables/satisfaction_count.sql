-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE satisfaction_count (
    month date NOT NULL,
    service text NOT NULL,
    question text NOT NULL,
    answer text NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT pk_satisfaction_count PRIMARY KEY (month, service, question, answer),
    CONSTRAINT ck_satisfaction_count_month CHECK (EXTRACT(day FROM month) = 1::numeric)
);
ALTER TABLE satisfaction_count OWNER TO ruv_owner;

GRANT INSERT, SELECT, UPDATE ON satisfaction_count TO ruv_guard;
GRANT SELECT ON satisfaction_count TO ruv_report;
