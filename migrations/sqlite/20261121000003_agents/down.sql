DROP TABLE deployment_targets;
DROP TABLE agent_enrolment_tokens;
DROP TABLE agents;
