#include "actors/judge.hpp"

#include <exception>

#include <spdlog/spdlog.h>

namespace cohort::actors {

judge_actor::behavior_type judge(judge_actor::pointer self,
                                 runtime::council::judge_function decide) {
  return {
    [=](const pb::JudgeRequest& request) {
      try {
        reply_to(self, self->current_sender(), decide(request));
      } catch (const std::exception& why) {
        spdlog::error("judge: gives no verdict on a plan: {}", why.what());
      }
    },
  };
}

} // namespace cohort::actors
