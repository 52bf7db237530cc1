#include "actors/council_chair.hpp"

#include <algorithm>
#include <utility>

#include "runtime/council/consensus.hpp"
#include "runtime/council/standing.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::actors {

namespace {

namespace council = runtime::council;
using council_chair_self
  = council_chair_actor::stateful_pointer<council_chair_state>;
using review_type = council_chair_state::review;

/// Which judge was faster decides nothing, and shows nowhere.
void sort_by_judge(std::vector<pb::Verdict>& verdicts) {
  std::sort(verdicts.begin(), verdicts.end(), [](auto& a, auto& b) {
    return a.round() != b.round() ? a.round() < b.round()
                                  : a.judge() < b.judge();
  });
}

struct chair {
  council_chair_self self;
  const timer_actor& timer;
  const std::vector<seat>& seats;
  const council_chair_settings& settings;

  void ask_judges(uint64_t id, review_type& review) const {
    review.verdicts.clear();
    review.answered.clear();
    pb::JudgeRequest request;
    request.set_review(id);
    request.set_round(review.round);
    *request.mutable_request() = review.request;
    for (auto& seat : seats)
      self->send(seat.judge, request);
    pb::StartTimer start;
    start.set_id(id);
    start.set_generation(review.round);
    start.set_delay_ms(
      static_cast<uint64_t>(settings.council.review_timeout.count()));
    self->send(timer, std::move(start));
  }

  void close(uint64_t id, bool approved, const std::string& reason) const {
    auto& review = self->state.reviews.at(id);
    pb::ReviewOutcome outcome;
    outcome.set_task_id(review.request.task_id());
    outcome.set_approved(approved);
    outcome.set_reason(reason);
    outcome.set_rounds(review.round);
    *outcome.mutable_decomposition() = review.request.decomposition();
    for (auto& seat : seats)
      if (std::none_of(review.verdicts.begin(), review.verdicts.end(),
                       [&](auto& x) { return x.judge() == seat.name; }))
        outcome.add_absent(seat.name);
    std::sort(outcome.mutable_absent()->begin(),
              outcome.mutable_absent()->end());
    sort_by_judge(review.all);
    for (auto& verdict : review.all)
      *outcome.add_verdicts() = std::move(verdict);
    reply_to(self, review.asker, std::move(outcome));
    self->state.reviews.erase(id);
  }

  /// Every judge has answered, or the round's time is over.
  void rule(uint64_t id) const {
    auto& review = self->state.reviews.at(id);
    sort_by_judge(review.verdicts);
    for (auto& seat : seats)
      if (review.answered.count(seat.name) == 0)
        review.late.insert(seat.name);
    auto ruling = council::decide(review.request, review.verdicts, seats.size(),
                                  id, review.round, settings.council,
                                  settings.limits);
    switch (ruling.outcome) {
      case council::decision::approved:
        return close(id, true, ruling.reason);
      case council::decision::amended:
        *review.request.mutable_decomposition() = std::move(ruling.plan);
        if (review.round >= settings.council.max_review_rounds)
          return close(id, false, "still amended after the last review round");
        ++review.round;
        return ask_judges(id, review);
      case council::decision::rejected:
      case council::decision::no_quorum:
        return close(id, false, ruling.reason);
    }
  }

  void on_request(const pb::ReviewRequest& request) const {
    auto id = self->state.next_review++;
    auto& review = self->state.reviews[id];
    review.asker = self->current_sender();
    review.request = request;
    auto broken = runtime::decomposition::check_invariants(
      request.decomposition(), request.evidence(), request.scope(),
      settings.limits);
    if (!broken.empty())
      return close(id, false, "broken invariant: " + broken.front().text());
    if (seats.empty())
      return close(id, false, "there is no judge");
    ask_judges(id, review);
  }

  void on_verdict(const pb::Verdict& verdict) const {
    auto found = self->state.reviews.find(verdict.review());
    if (found == self->state.reviews.end()
        || found->second.round != verdict.round())
      return; // Late.
    auto is_seat = [&](const seat& seat) {
      return seat.name == verdict.judge()
             && seat.judge.address()
                  == caf::actor_cast<caf::actor_addr>(self->current_sender());
    };
    if (std::none_of(seats.begin(), seats.end(), is_seat))
      return; // Nobody speaks for another judge.
    auto& review = found->second;
    if (!review.answered.insert(verdict.judge()).second)
      return;
    // What makes no sense is not even kept.
    if (council::has_sense(verdict, verdict.review(), verdict.round())) {
      review.verdicts.push_back(verdict);
      review.all.push_back(verdict);
      review.all.back().set_weight(council::weight_of(verdict, review.request));
    }
    if (has_answered(review))
      rule(verdict.review());
  }

  /// Everybody, but for those whose round was over once before they answered.
  [[nodiscard]] bool has_answered(const review_type& review) const {
    return std::all_of(seats.begin(), seats.end(), [&](auto& seat) {
      return review.answered.count(seat.name) > 0
             || review.late.count(seat.name) > 0;
    });
  }

  void on_timer(const pb::TimerExpired& expired) const {
    auto found = self->state.reviews.find(expired.id());
    if (found != self->state.reviews.end()
        && found->second.round == expired.generation())
      rule(expired.id());
  }
};

} // namespace

council_chair_actor::behavior_type
council_chair(council_chair_self self, timer_actor timer,
              std::vector<seat> seats, council_chair_settings settings) {
  return {
    [=](const pb::ReviewRequest& request) {
      chair{self, timer, seats, settings}.on_request(request);
    },
    [=](const pb::Verdict& verdict) {
      chair{self, timer, seats, settings}.on_verdict(verdict);
    },
    [=](const pb::TimerExpired& expired) {
      chair{self, timer, seats, settings}.on_timer(expired);
    },
  };
}

} // namespace cohort::actors
