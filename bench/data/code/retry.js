export async function retry(task, { attempts = 4, delay = 200, factor = 2 } = {}) {
  let wait = delay;
  for (let attempt = 1; ; attempt++) {
    try {
      return await task(attempt);
    } catch (error) {
      if (attempt >= attempts || error.permanent) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait *= factor;
    }
  }
}

export function once(task) {
  let result;
  let called = false;
  return (...parameters) => {
    if (!called) {
      called = true;
      result = task(...parameters);
    }
    return result;
  };
}
