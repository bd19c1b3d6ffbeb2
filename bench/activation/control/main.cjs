// Takes the API, as every extension does, and says so once it has been activated.
const { window } = require("vscode");
exports.activate = () => {
  setTimeout(() => window.setStatusBarMessage("control activated"), 100);
};
