#pragma once

#include <string>

#include "messages/v1/result.pb.h"

/// What gates said of a change, for other programs. Pure.
namespace cohort::nodes {

/// JUnit's XML, as CI systems read it: a test case for each gate. One that
/// fails is a failure, one that was not measured is skipped; what is advisory
/// or a warning passes, with its words in <system-out>. That nothing could be
/// judged is an error of a case of its own.
std::string gates_junit(const messages::v1::TaskResult& result);

/// SARIF 2.1.0: the gates' objections, and the errors of the workspace. The
/// level is "error" for what fails a gate that decides, "warning" for what
/// others object to and for errors that the base has, too.
std::string gates_sarif(const messages::v1::TaskResult& result,
                        const std::string& workspace_root);

} // namespace cohort::nodes
