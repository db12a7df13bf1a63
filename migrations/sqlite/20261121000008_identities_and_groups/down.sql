DROP TABLE agent_group_members;
DROP TABLE agent_groups;
ALTER TABLE api_keys DROP COLUMN last_used_at;
ALTER TABLE api_keys DROP COLUMN created_by;
ALTER TABLE api_keys DROP COLUMN identity;
