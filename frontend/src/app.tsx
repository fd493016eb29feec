// SPDX-License-Identifier: Apache-2.0
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "./api/client";
import { instanceOf } from "./core/election";
import { maybeSession, startSession, stopSession } from "./core/session";
import { dispatch } from "./core/store";
import type { Me } from "./core/wire";
import { useTheme } from "./features/shell/theme";
import { connectHands } from "./hooks/useActions";
import { withWords } from "./i18n";
import { router } from "./router";
import { Spinner } from "./ui/bits";
import { Toasts } from "./ui/toast";
import { TipLayer } from "./ui/tooltip";

const Login = lazy(() => import("./features/login/login").then((m) => ({ default: m.Login })));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (n, error) => n < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

const Visitor = lazy(withWords(() => import("./features/visitor/visitor").then((m) => ({ default: m.Visitor }))));

/** The one page for who has no account. */
const VISITOR_PATH = "/visitor";

export function App() {
  return (
    <QueryClientProvider client={queries}>
      {location.pathname === VISITOR_PATH ? <Outside /> : <Gate />}
      <Toasts />
      <TipLayer />
    </QueryClientProvider>
  );
}

/** Who is not logged in sees the log-in; who is, the desk. A server that cannot be reached is not a log-out. */
function Gate() {
  useTheme();
  const { t } = useTranslation();
  const { data: me, isPending } = useQuery({
    queryKey: ["session"],
    queryFn: whoAmI,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 60,
    retryDelay: 1000,
  });
  if (isPending) {
    return (
      <div className="flex h-full items-center justify-center">
        <Spinner label={t("common.loading")} />
      </div>
    );
  }
  if (me) return <Inside me={me} />;
  return (
    <Suspense fallback={null}>
      <Login />
    </Suspense>
  );
}

function Outside() {
  useTheme();
  return (
    <Suspense fallback={null}>
      <Visitor />
    </Suspense>
  );
}

async function whoAmI(): Promise<Me | null> {
  try {
    return await api.session();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

function Inside({ me }: { me: Me }) {
  const client = useQueryClient();
  useEffect(() => {
    const left = () => {
      stopSession();
      dispatch({ type: "logged_out" });
      client.setQueryData(["session"], null);
      client.removeQueries({ predicate: (q) => q.queryKey[0] !== "session" });
    };
    connectHands((path) => void router.navigate({ to: path }), left);
    dispatch({ type: "me", me });
    startSession(thisTab(), () => {
      void whoAmI()
        .then((still) => (still ? setTimeout(() => maybeSession()?.again(), 1000) : left()))
        .catch(() => setTimeout(() => maybeSession()?.again(), 2000));
    });
    void import("./core/push").then(({ renew }) => renew()).catch(() => undefined); // the next log-in tries again
    return stopSession;
  }, [me, client]);
  return <RouterProvider router={router} />;
}

function thisTab(): string {
  const entry = performance.getEntriesByType("navigation")[0];
  const reloaded = entry instanceof PerformanceNavigationTiming && entry.type === "reload";
  return instanceOf(
    sessionStorage,
    reloaded,
    () =>
      `tab_${Array.from(crypto.getRandomValues(new Uint8Array(10)), (b) => b.toString(16).padStart(2, "0")).join("")}`,
  );
}
