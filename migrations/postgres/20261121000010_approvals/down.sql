DROP INDEX jobs_ended;
DROP TABLE job_events;
DROP TABLE approval_requests;
