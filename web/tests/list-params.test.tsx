import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { readListParams, useListParams, writeListParams } from "@/lib/list-params";

describe("list parameters", () => {
  it("survive the way through the address", () => {
    const params = {
      filters: { status: "Expired", q: "a & b=c?", "tag.service": "shop" },
      sort: "-expires_at",
      pageSize: 100,
      trail: ["one", "two"],
    };
    expect(readListParams(new URLSearchParams(writeListParams(params).toString()))).toEqual(params);
  });

  it("leave defaults out", () => {
    const defaults = { filters: { status: "" }, sort: undefined, pageSize: 50, trail: [] };
    expect(writeListParams(defaults).toString()).toBe("");
  });

  it("fall back to defaults for what makes no sense", () => {
    for (const address of ["per_page=7", "per_page=many", "per_page=-1", "sort=%27%3B+drop", "cursor="]) {
      expect(readListParams(new URLSearchParams(address)), address).toEqual({
        filters: {},
        sort: undefined,
        pageSize: 50,
        trail: [],
      });
    }
  });

  it("begin at the first page when the selection changes, and keep what is not theirs", () => {
    const wrapper = ({ children }: { children: ReactNode }) => (
      <MemoryRouter initialEntries={["/x?tab=dead&status=Active&cursor=a&cursor=b"]}>{children}</MemoryRouter>
    );
    const { result } = renderHook(() => ({ list: useListParams(["tab"]), at: useLocation().search }), {
      wrapper,
    });
    expect(result.current.list.cursor).toBe("b");
    expect(result.current.list.filters).toEqual({ status: "Active" });
    act(() => result.current.list.previous());
    expect(result.current.at).toBe("?tab=dead&status=Active&cursor=a");
    act(() => result.current.list.next("c"));
    expect(result.current.list.trail).toEqual(["a", "c"]);
    act(() => result.current.list.setFilter("status", "Failed"));
    expect(result.current.at).toBe("?tab=dead&status=Failed");
    act(() => result.current.list.setSort("-name"));
    act(() => result.current.list.reset());
    expect(result.current.at).toBe("?tab=dead");
  });
});
