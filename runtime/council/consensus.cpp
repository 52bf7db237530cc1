#include "runtime/council/consensus.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "runtime/council/amend.hpp"
#include "runtime/council/grounds.hpp"
#include "runtime/council/standing.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::council {

namespace {

/// What is tried in one round; a judge that asks for more is not served.
constexpr size_t amendments_max = 128;

using ballot = std::map<std::string, const pb::Verdict*>; // By judge.

ballot valid_verdicts(const std::vector<pb::Verdict>& verdicts, uint64_t review,
                      uint32_t round) {
  ballot result;
  std::set<std::string_view> answered; // A second answer counts for nothing.
  for (auto& verdict : verdicts)
    if (verdict.review() == review && verdict.round() == round
        && answered.insert(verdict.judge()).second
        && has_sense(verdict, review, round))
      result.emplace(verdict.judge(), &verdict);
  return result;
}

/// What counts of a round.
struct round_votes {
  ballot all;                           // Of those who answered with sense.
  std::set<std::string> set_aside;      // Objections that nothing bears out.
  std::map<std::string, double> shares; // A judge's part of the weight that
                                        // counts; they sum to 1, or are all 0.
  std::optional<grounds> borne_out;     // If anybody objects.
  bool most_object = false;
};

bool most_reject(const round_votes& votes) {
  auto rejecting = static_cast<size_t>(
    std::count_if(votes.all.begin(), votes.all.end(), [](auto& vote) {
      return vote.second->opinion() == pb::OPINION_REJECT;
    }));
  return 2 * rejecting > votes.all.size();
}

bool objects(const pb::Verdict& verdict) {
  return verdict.opinion() != pb::OPINION_APPROVE;
}

std::map<std::string, double> shares_of(const round_votes& votes,
                                        const pb::ReviewRequest& request) {
  std::map<std::string, double> result;
  double total = 0;
  for (auto& [judge, verdict] : votes.all)
    if (votes.set_aside.count(judge) == 0)
      total += result[judge] = weight_of(*verdict, request)
                               * verdict->probability();
  for (auto& [judge, share] : result)
    share = total > 0 ? share / total : 0;
  return result;
}

round_votes weigh(ballot all, const pb::ReviewRequest& request) {
  round_votes votes;
  votes.all = std::move(all);
  auto objecting = static_cast<size_t>(
    std::count_if(votes.all.begin(), votes.all.end(),
                  [](auto& vote) { return objects(*vote.second); }));
  votes.most_object = 2 * objecting > votes.all.size();
  if (objecting > 0)
    votes.borne_out.emplace(request);
  if (!votes.most_object)
    for (auto& [judge, verdict] : votes.all)
      if (objects(*verdict) && !votes.borne_out->bear_out(*verdict))
        votes.set_aside.insert(judge);
  votes.shares = shares_of(votes, request);
  return votes;
}

/// The shares of the verdicts that `does_count`.
template <class Predicate>
double share_where(const round_votes& votes, Predicate does_count) {
  double result = 0;
  for (auto& [judge, share] : votes.shares)
    if (does_count(*votes.all.at(judge)))
      result += share;
  return result;
}

const pb::Finding* veto_of(const pb::Verdict& verdict, const grounds& known,
                           double severity) {
  if (verdict.opinion() != pb::OPINION_REJECT)
    return nullptr;
  for (auto& finding : verdict.findings())
    if ((finding.kind() == pb::FINDING_KIND_CONFLICT
         || finding.kind() == pb::FINDING_KIND_REGRESSION)
        && finding.severity() >= severity
        && known.severity_of(finding) >= severity)
      return &finding;
  return nullptr;
}

using amendment_key
  = std::tuple<int, std::string, std::string, int, std::string>;

amendment_key key_of(const pb::Amendment& x) {
  return {x.kind(), x.first(), x.second(), x.specialty().kind(),
          x.specialty().custom_name()};
}

/// Whether one subtask cannot suffer both: one goes away or is cut, or the two
/// disagree about order or specialty.
bool contradict(const pb::Amendment& x, const pb::Amendment& y) {
  auto touches = [](const pb::Amendment& z, const std::string& id) {
    return !id.empty() && (z.first() == id || z.second() == id);
  };
  auto overlap = touches(x, y.first()) || touches(x, y.second());
  if (!overlap || key_of(x) == key_of(y))
    return false;
  auto is = [&](pb::AmendmentKind kind) {
    return x.kind() == kind || y.kind() == kind;
  };
  if (x.kind() == y.kind())
    switch (x.kind()) {
      case pb::AMENDMENT_KIND_ORDER:
        return x.first() == y.second() && x.second() == y.first();
      case pb::AMENDMENT_KIND_REASSIGN:
        return true;
      default:
        return false;
    }
  return is(pb::AMENDMENT_KIND_DROP)
         || (is(pb::AMENDMENT_KIND_MERGE) && is(pb::AMENDMENT_KIND_SPLIT))
         || (is(pb::AMENDMENT_KIND_MERGE) && is(pb::AMENDMENT_KIND_ORDER)
             && touches(x, y.first()) && touches(x, y.second()));
}

struct motion {
  pb::Amendment amendment;
  double backing = 0;
  size_t backers = 0;
};

bool opposes(const pb::Verdict& verdict, const pb::Amendment& amendment) {
  return verdict.opinion() == pb::OPINION_AMEND
         && std::any_of(verdict.amendments().begin(),
                        verdict.amendments().end(),
                        [&](auto& x) { return contradict(x, amendment); });
}

std::map<amendment_key, motion> moved_in(const round_votes& votes) {
  std::map<amendment_key, motion> result;
  for (auto& [judge, share] : votes.shares) {
    auto& verdict = *votes.all.at(judge);
    if (verdict.opinion() != pb::OPINION_AMEND)
      continue;
    std::set<amendment_key> mine;
    for (auto& amendment : verdict.amendments()) {
      if (!mine.insert(key_of(amendment)).second)
        continue;
      auto& motion = result[key_of(amendment)];
      motion.amendment = amendment;
      motion.backing += share;
      ++motion.backers;
    }
  }
  return result;
}

/// Those that are borne out or that a majority asks for, and that a majority
/// does not oppose; the best backed first.
std::vector<motion> motions_of(const round_votes& votes) {
  std::vector<motion> result;
  for (auto& entry : moved_in(votes)) {
    auto& motion = entry.second;
    if (2 * motion.backers <= votes.all.size()
        && !votes.borne_out->bear_out(motion.amendment))
      continue;
    auto not_opposed = share_where(votes, [&](auto& verdict) {
      return !opposes(verdict, motion.amendment);
    });
    if (not_opposed > 0.5)
      result.push_back(motion);
  }
  std::stable_sort(result.begin(), result.end(),
                   [](auto& x, auto& y) { return x.backing > y.backing; });
  if (result.size() > amendments_max)
    result.resize(amendments_max);
  return result;
}

/// Subtasks that were merged into others, by id.
class merged_ids {
public:
  void add(const std::string& from, const std::string& to) {
    into_[from] = to;
  }

  [[nodiscard]] std::string resolve(std::string id) const {
    // Nothing is merged into what is gone, so this ends.
    for (auto found = into_.find(id); found != into_.end();
         found = into_.find(id))
      id = found->second;
    return id;
  }

private:
  std::map<std::string, std::string> into_;
};

/// Carries out what can be: all at once if the plan holds then, else each half
/// by itself.
class amending {
public:
  amending(const pb::ReviewRequest& request,
           const decomposition::decomposition_settings& limits)
    : request_{request}, limits_{limits}, plan_{request.decomposition()} {
    // nop
  }

  using iterator = std::vector<motion>::const_iterator;

  void apply(iterator begin, iterator end) {
    if (begin == end)
      return;
    auto plan = plan_;
    auto merged = merged_;
    size_t changes = 0;
    for (auto motion = begin; motion != end; ++motion)
      changes += carry_out_one(plan, merged, motion->amendment) ? 1 : 0;
    if (changes == 0)
      return;
    if (decomposition::check_invariants(plan, request_.evidence(),
                                        request_.scope(), limits_)
          .empty()) {
      plan_ = std::move(plan);
      merged_ = std::move(merged);
      applied_ += changes;
    } else if (std::next(begin) != end) {
      auto middle = begin + (end - begin) / 2;
      apply(begin, middle);
      apply(middle, end);
    }
  }

  [[nodiscard]] size_t applied() const {
    return applied_;
  }

  pb::Decomposition plan() && {
    return std::move(plan_);
  }

private:
  bool carry_out_one(pb::Decomposition& plan, merged_ids& merged,
                     pb::Amendment amendment) const {
    amendment.set_first(merged.resolve(amendment.first()));
    amendment.set_second(merged.resolve(amendment.second()));
    auto has_changed = carry_out(plan, amendment,
                                 {request_.evidence(), request_.workers(),
                                  limits_.max_subtasks_per_task});
    if (has_changed && amendment.kind() == pb::AMENDMENT_KIND_MERGE)
      merged.add(amendment.second(), amendment.first());
    return has_changed;
  }

  const pb::ReviewRequest& request_;
  const decomposition::decomposition_settings& limits_;
  pb::Decomposition plan_;
  merged_ids merged_;
  size_t applied_ = 0;
};

/// The gravest finding of the objections that count.
std::string main_objection(const round_votes& votes) {
  const pb::Finding* gravest = nullptr;
  std::string judge;
  for (auto& [name, verdict] : votes.all) {
    if (!objects(*verdict) || votes.set_aside.count(name) > 0)
      continue;
    if (judge.empty())
      judge = name;
    for (auto& finding : verdict->findings())
      if (gravest == nullptr || finding.severity() > gravest->severity()) {
        gravest = &finding;
        judge = name;
      }
  }
  if (gravest != nullptr)
    return "; " + judge + ": " + gravest->text();
  return judge.empty() ? "" : "; " + judge + " does not approve";
}

std::string listed(const std::set<std::string>& judges) {
  std::string result;
  for (auto& judge : judges)
    result += (result.empty() ? "" : " and ") + judge;
  return result;
}

std::string of_seats(size_t count, size_t seats) {
  return std::to_string(count) + " of " + std::to_string(seats) + " judges";
}

ruling by_vote(const pb::ReviewRequest& request, const round_votes& votes,
               size_t seats, double supermajority) {
  auto approving = share_where(votes, [](auto& x) { return !objects(x); });
  auto count = static_cast<size_t>(
    std::count_if(votes.all.begin(), votes.all.end(),
                  [](auto& vote) { return !objects(*vote.second); }));
  // Shares are rounded; a vote of exactly the supermajority holds it.
  constexpr double rounding = 1e-9;
  auto text = of_seats(count, seats) + " approve, with " + percent(approving)
              + " of the weight";
  if (!votes.set_aside.empty())
    text += "; nothing bears out what " + listed(votes.set_aside) + " says";
  if (2 * count <= votes.all.size())
    return {decision::rejected, request.decomposition(),
            text + "; more than half of those who answered are needed"
              + main_objection(votes)};
  if (approving > 0 && approving >= supermajority - rounding)
    return {decision::approved, request.decomposition(), text};
  return {decision::rejected, request.decomposition(),
          text + "; " + percent(supermajority) + " are needed"
            + main_objection(votes)};
}

} // namespace

ruling decide(const pb::ReviewRequest& request,
              const std::vector<pb::Verdict>& verdicts, size_t seats,
              uint64_t review, uint32_t round, const council_settings& settings,
              const decomposition::decomposition_settings& limits) {
  auto& plan = request.decomposition();
  auto broken = decomposition::check_invariants(plan, request.evidence(),
                                                request.scope(), limits);
  if (!broken.empty())
    return {decision::rejected, plan,
            "broken invariant: " + broken.front().text()};
  auto valid = valid_verdicts(verdicts, review, round);
  auto answered = static_cast<double>(valid.size());
  if (valid.empty() || seats == 0
      || (valid.size() < seats
          && answered <= settings.quorum * static_cast<double>(seats)))
    return {decision::no_quorum, plan,
            "only " + of_seats(valid.size(), seats)
              + " answered with sense; more than " + percent(settings.quorum)
              + " are needed"};
  auto votes = weigh(std::move(valid), request);
  if (round < settings.max_review_rounds && !most_reject(votes)) {
    auto motions = motions_of(votes);
    amending amended{request, limits};
    amended.apply(motions.begin(), motions.end());
    if (auto count = amended.applied(); count > 0)
      return {decision::amended, std::move(amended).plan(),
              std::to_string(count) + " amendments applied"};
  }
  if (votes.borne_out)
    for (auto& [judge, verdict] : votes.all)
      if (auto* finding = veto_of(*verdict, *votes.borne_out,
                                  settings.veto_severity))
        return {decision::rejected, plan,
                "veto of " + judge + ": " + finding->text()};
  return by_vote(request, votes, seats, settings.supermajority);
}

} // namespace cohort::runtime::council
