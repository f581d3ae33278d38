DROP TABLE user_preference;
DROP TABLE web_session;
