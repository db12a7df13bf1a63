DROP TABLE policy_violations;
DROP TABLE policy_rules;
