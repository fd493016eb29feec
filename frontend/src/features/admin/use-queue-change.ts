// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { faultText } from "@/hooks/useActions";
import { toast } from "@/ui/toast";

/** Carries a change of queues out: then the list is read again, and the dialogue closes. A refusal is said; it stays open. */
export function useQueueChange(onDone: () => void): (change: () => Promise<unknown>) => Promise<void> {
  const client = useQueryClient();
  return async (change) => {
    try {
      await change();
      await client.invalidateQueries({ queryKey: ["queues"] });
      onDone();
    } catch (error) {
      toast("fault", faultText(error));
    }
  };
}
