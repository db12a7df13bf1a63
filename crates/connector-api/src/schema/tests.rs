use super::*;

const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("path", FieldType::Text, "Path."),
        Field::optional("password", FieldType::Text, "", "Password.").secret(),
        Field::optional("wait", FieldType::Duration, "10s", "Pause."),
        Field::optional(
            "remote",
            FieldType::Object(&[Field::optional("token", FieldType::Text, "", "Token.").secret()]),
            "",
            "Remote side.",
        ),
    ],
};

fn config(value: &Value) -> RawConfig {
    RawConfig::from_json(&value.to_string()).unwrap()
}

#[test]
fn every_problem_is_reported_at_once() {
    let problems =
        SCHEMA.check(&config(&json!({"wait": "soon", "colour": 1, "remote": {"x": 1}}))).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["colour", "path", "wait", "remote.x"]);
}

#[test]
fn secrets_are_masked_at_every_depth() {
    let shown =
        SCHEMA.mask(&config(&json!({"path": "/a", "password": "pw", "remote": {"token": "t"}, "old": "x"})));
    assert_eq!(
        Value::Object(shown.fields().clone()),
        json!({"path": "/a", "password": {"set": true}, "remote": {"token": {"set": true}}, "old": {"set": true}})
    );
}

#[test]
fn a_mask_sent_back_keeps_the_stored_secret() {
    let stored = config(&json!({"path": "/a", "password": "pw", "remote": {"token": "t"}}));
    let mut update = SCHEMA.mask(&stored);
    SCHEMA.restore_secrets(&mut update, Some(&stored)).unwrap();
    assert_eq!(update, stored);

    let mut update = config(&json!({"path": "/a", "password": {"set": true}}));
    let problems = SCHEMA.restore_secrets(&mut update, None).unwrap_err();
    assert_eq!(problems[0].field, "password");
}

#[test]
fn time_spans_and_modes_are_read_as_people_write_them() {
    for (text, seconds) in [("90s", 90), ("5m", 300), ("1h30m", 5_400), ("47d", 4_060_800), ("15", 15)] {
        assert_eq!(parse_duration(text).unwrap().as_secs(), seconds, "{text}");
    }
    for text in ["", "s", "5", "-1s", "1w", "1.5h", "99999999999999999999d", "0s", "5\u{e4}"] {
        assert_eq!(parse_duration(text).is_some(), text == "5", "{text}");
    }
    assert_eq!(parse_mode("0640"), Some(0o640));
    assert_eq!(parse_mode("888"), None);
}

#[test]
fn an_object_of_texts_is_checked_masked_and_restored_as_a_whole() {
    let schema = ConfigSchema {
        fields: const { &[Field::optional("headers", FieldType::TextMap, "", "Headers.").secret()] },
    };
    let stored = config(&json!({"headers": {"X-Key": "k", "set": "true"}}));
    schema.check(&stored).unwrap();
    assert_eq!(schema.mask(&stored).fields()["headers"], json!({"set": true}));
    let mut update = schema.mask(&stored);
    schema.restore_secrets(&mut update, Some(&stored)).unwrap();
    assert_eq!(update, stored);
    for wrong in
        [json!({"headers": {"X-Key": 1}}), json!({"headers": ["X-Key"]}), json!({"headers": "X-Key: k"})]
    {
        assert_eq!(schema.check(&config(&wrong)).unwrap_err()[0].field, "headers", "{wrong}");
    }
}
