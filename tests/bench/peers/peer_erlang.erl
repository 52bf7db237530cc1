%% Erlang distribution on loopback: this node is the master, two other nodes (processes) are the workers.
%% Usage: erl -name m@127.0.0.1 ... -run peer_erlang main w1@127.0.0.1 w2@127.0.0.1
-module(peer_erlang).
-export([main/1, loop/0, task/1]).
-define(REPS, 3).

task(noop) -> 0;
task(true) ->
  P = open_port({spawn_executable, "/bin/true"}, [exit_status]),
  receive {P, {exit_status, S}} -> S end;
task(nap) -> timer:sleep(100), 0.

loop() ->
  receive
    {From, Id, T} -> R = task(T), From ! {done, Id, R}, loop();
    stop -> ok
  end.

pool(Spec) -> [spawn(N, ?MODULE, loop, []) || {N, K} <- Spec, _ <- lists:seq(1, K)].

now_s() -> erlang:monotonic_time(nanosecond) / 1.0e9.

median(L) -> lists:nth((length(L) + 1) div 2, lists:sort(L)).

timed(F) -> lists:sort([begin T = now_s(), F(), now_s() - T end || _ <- lists:seq(1, ?REPS)]).

%% No window, workers in turn.
batch(Workers, T, N) ->
  A = list_to_tuple(Workers), K = tuple_size(A),
  [element(1 + I rem K, A) ! {self(), I, T} || I <- lists:seq(1, N)],
  [receive {done, _, 0} -> ok end || _ <- lists:seq(1, N)],
  ok.

emit(W, N, S) ->
  M = median(S),
  io:format("{\"peer\":\"erlang\",\"workload\":\"~s\",\"n\":~b,\"seconds\":~.6f,\"per_second\":~.1f,"
            "\"min_s\":~.6f,\"max_s\":~.6f,\"reps\":~b}~n",
            [W, N, M, N / M, hd(S), lists:last(S), length(S)]).

emit_roundtrip(F, N) ->
  [F() || _ <- lists:seq(1, 50)],
  All = lists:sort(lists:append([[begin T = now_s(), F(), now_s() - T end || _ <- lists:seq(1, N)]
                                 || _ <- lists:seq(1, ?REPS)])),
  L = length(All), S = lists:sum(All),
  io:format("{\"peer\":\"erlang\",\"workload\":\"roundtrip\",\"n\":~b,\"seconds\":~.6f,\"per_second\":~.1f,"
            "\"p50_us\":~.1f,\"p99_us\":~.1f,\"reps\":~b}~n",
            [L, S, L / S, 1.0e6 * median(All), 1.0e6 * lists:nth(L * 99 div 100, All), ?REPS]).

%% 50 layers of 20 nodes, each with three before it, at fixed offsets; the master releases them.
dag(Workers) ->
  A = list_to_tuple(Workers), K = tuple_size(A),
  Send = fun(Id) -> element(1 + Id rem K, A) ! {self(), Id, noop} end,
  Left = maps:from_list([{I, 3} || I <- lists:seq(20, 999)]),
  [Send(I) || I <- lists:seq(0, 19)],
  dag(Left, Send, 1000).

dag(_, _, 0) -> ok;
dag(Left, Send, N) ->
  receive
    {done, Id, 0} when Id >= 980 -> dag(Left, Send, N - 1);
    {done, Id, 0} ->
      Next = (Id div 20 + 1) * 20,
      Release = fun(Offset, L) ->
                  Child = Next + (Id + Offset) rem 20,
                  case maps:get(Child, L) of
                    1 -> Send(Child), L#{Child := 0};
                    V -> L#{Child := V - 1}
                  end
                end,
      dag(lists:foldl(Release, Left, [0, 7, 13]), Send, N - 1)
  end.

main(Names) ->
  Nodes = [list_to_atom(N) || N <- Names],
  [pong = wait(N, 50) || N <- Nodes],
  Two = pool([{N, 1} || N <- Nodes]),
  batch(Two, noop, 2000),
  emit("noop", 50000, timed(fun() -> batch(Two, noop, 50000) end)),
  emit_roundtrip(fun() -> batch([hd(Two)], noop, 1) end, 2000),
  emit("process", 1000, timed(fun() -> batch(Two, true, 1000) end)),
  emit("dag", 1000, timed(fun() -> dag(Two) end)),
  Eight = pool([{N, 4} || N <- Nodes]),
  emit("wait", 64, timed(fun() -> batch(Eight, nap, 64) end)),
  halt(0).

wait(N, 0) -> {no_node, N};
wait(N, K) ->
  case net_adm:ping(N) of
    pong -> pong;
    _ -> timer:sleep(100), wait(N, K - 1)
  end.
