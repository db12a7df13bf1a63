import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import {
  agentStatusValues,
  alertSeverityValues,
  approvalStateValues,
  attemptEndValues,
  attemptResultValues,
  certificateStatusValues,
  deploymentStatusValues,
  itemStateValues,
  jobStatusValues,
  notificationStatusValues,
  operationStateValues,
  policySeverityValues,
  testStatusValues,
  verificationStatusValues,
} from "@/api/schema";
import { STATUS_LOOKS, StatusBadge } from "@/components/badge";

const ENUMS = {
  agentStatusValues,
  alertSeverityValues,
  approvalStateValues,
  attemptEndValues,
  attemptResultValues,
  certificateStatusValues,
  deploymentStatusValues,
  itemStateValues,
  jobStatusValues,
  notificationStatusValues,
  operationStateValues,
  policySeverityValues,
  testStatusValues,
  verificationStatusValues,
};

describe("a status", () => {
  it.each(Object.entries(ENUMS))("has a look for every value of %s", (_, values) => {
    expect(values.filter((value) => !(value in STATUS_LOOKS))).toEqual([]);
  });

  it("is a word and a picture, not only a colour", () => {
    const { container } = render(<StatusBadge status="RenewalInProgress" />);
    expect(screen.getByText("Renewing")).toHaveAttribute("title", "RenewalInProgress");
    expect(container.querySelector("svg")).not.toBeNull();
  });

  it("that nobody knows is shown as it is", () => {
    render(<StatusBadge status="some_New-status" />);
    expect(screen.getByText("some_New-status")).toBeInTheDocument();
  });
});
