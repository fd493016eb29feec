// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { faultText } from "@/hooks/useActions";
import { toast } from "@/ui/toast";

/** Carries a change out and reads again what it touches. True when it was done; a refusal is said. */
export function useChange(...keys: string[]): (work: () => Promise<unknown>) => Promise<boolean> {
  const client = useQueryClient();
  return async (work) => {
    try {
      await work();
      return true;
    } catch (error) {
      toast("fault", faultText(error));
      return false;
    } finally {
      await Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })));
    }
  };
}
