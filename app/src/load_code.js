const load = () => document.head.append(document.getElementById("page-code").content);
(document.hidden ? setTimeout : requestAnimationFrame)(() => setTimeout(load));
