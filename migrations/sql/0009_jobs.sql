-- Who reaches the job queue, whose tables the library's own SQL made: the application, and nobody else. Its functions
-- run as whoever calls them; a job holds the name of a task and a moment, never a person's data.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC;
GRANT USAGE ON SCHEMA jobs TO ruv_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO ruv_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO ruv_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO ruv_app;
